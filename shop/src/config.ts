import type { EnvReader } from '@polyservice-lab/service-kit'

export type ShopConfig = ReturnType<typeof readShopConfig>

const hourMs = 3_600_000
/** RFC 7518 section 3.2, for HS256. */
const secretBytesMin = 32
const defaultDatabaseUrl = 'postgres://shop:lab@postgres:5432/shop'

/** What every service of the shop is told by its environment. */
export function readShopConfig(env: EnvReader) {
  const databaseUrl = env.url('DATABASE_URL', {
    protocols: ['postgres:', 'postgresql:'],
    about: `the database of the shop, with user and password; without it, \`${defaultDatabaseUrl}\``,
  })
  return {
    databaseUrl: databaseUrl ?? defaultDatabaseUrl,
    auth: env.oneOf('AUTH', ['open', 'writes'], {
      default: 'open',
      about: '`writes` asks whoever changes something for a token, `open` nobody',
    }),
    username: env.string('SHOP_USERNAME', { default: 'admin', about: 'the name of the one account' }),
    password: env.string('SHOP_PASSWORD', { default: 'password', about: 'its password' }),
    jwtSecret: readSecret(env),
    eventsKeptMax: env.integer('EVENTS_KEPT_MAX', {
      default: 100_000,
      min: 1,
      max: 100_000_000,
      about: 'how many of the newest events are kept',
    }),
    idempotencyKeepMs:
      hourMs *
      env.integer('IDEMPOTENCY_KEEP_HOURS', {
        default: 24,
        min: 1,
        max: 8760,
        about: 'how long a request with the same idempotency key gets the first answer again',
      }),
  }
}

function readSecret(env: EnvReader): Uint8Array | undefined {
  const secret = env.optional('SHOP_JWT_SECRET', {
    about: `signs tokens, at least ${secretBytesMin} bytes; without it, one is made with the database and kept there`,
  })
  if (secret === undefined) return undefined
  if (Buffer.byteLength(secret) < secretBytesMin)
    env.fault('SHOP_JWT_SECRET', `shorter than ${secretBytesMin} bytes`, undefined)
  return Buffer.from(secret)
}
