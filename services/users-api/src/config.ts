import { defineConfig, type EnvReader } from '@polyservice-lab/service-kit'
import { readHttpLimits } from '@polyservice-lab/service-kit/http'

export type Config = ReturnType<typeof loadConfig>

const minute = 60
const day = 24 * 60 * minute
const mebibyte = 1_048_576
/** RFC 7518 section 3.2, for HS256. */
const secretKeyBytesMin = 32
const tokenSeconds = { min: 1, max: 10 * 365 * day }

export const loadConfig = defineConfig('users-api', (env) => ({
  policy: env.oneOf('POLICY', ['strict', 'open'], {
    default: 'strict',
    about: '`strict` lets the owner alone change and delete, `open` everybody who is logged in',
  }),
  appHost: readAppHost(env),
  jwtSecretKey: readSecretKey(env),
  tokenLifetimeS: {
    access: env.integer('ACCESS_TOKEN_SECONDS', {
      ...tokenSeconds,
      default: 30 * minute,
      about: 'how long an access token is valid',
    }),
    refresh: env.integer('REFRESH_TOKEN_SECONDS', {
      ...tokenSeconds,
      default: 60 * day,
      about: 'how long a refresh token is valid',
    }),
  },
  loginRate: env.integer('LOGIN_RATE', {
    default: 30,
    max: 1_000_000,
    about:
      'failed logins a minute for an account from an address, ten times that for an address; 0 sets no limit',
  }),
  corsOrigins: env.origins('CORS_ORIGINS', {
    allows: ['*', 'null'],
    about: 'the web origins whose pages may read answers, between commas; `*` for all',
  }),
  trustsProxy: env.boolean('TRUST_PROXY', {
    default: false,
    about: '`on` believes X-Forwarded-Proto, -Host and -For, which a proxy in front must set',
  }),
  ...readHttpLimits(env),
  uploadBytesMax: env.integer('UPLOAD_BYTES_MAX', {
    default: 50 * mebibyte,
    min: 1,
    max: 4096 * mebibyte,
    about: 'bytes of a multipart body; beyond it, 413',
  }),
  databaseUrl: readDatabaseUrl(env),
  dataDir: env.string('DATA_DIR', {
    default: '/data',
    about: 'the directory of the database, the files and a key that was made',
  }),
}))

/** The URL of the PostgreSQL database; undefined for SQLite. */
function readDatabaseUrl(env: EnvReader): string | undefined {
  const store = env.oneOf('STORE', ['sqlite', 'postgres'], {
    default: 'sqlite',
    about:
      '`sqlite` keeps all in DATA_DIR, `postgres` in the database of DATABASE_URL, for several processes',
  })
  const url = env.url('DATABASE_URL', {
    protocols: ['postgres:', 'postgresql:'],
    about: 'the PostgreSQL database, with user and password; `?sslmode=verify-full` for TLS',
  })
  if (store === 'sqlite') return undefined
  if (!env.isSet('DATABASE_URL')) env.fault('DATABASE_URL', 'missing, and STORE is postgres', undefined)
  return url
}

function readAppHost(env: EnvReader): string | undefined {
  const appHost = env.optional('APP_HOST', {
    about: 'what the URLs of files begin with; without it, the host that a request was sent to',
  })
  if (appHost === undefined) return undefined
  if (!/^https?:$/.test(URL.parse(appHost)?.protocol ?? ''))
    env.fault('APP_HOST', 'not an http or https URL', undefined)
  else if (/[?#]|^\w+:\/\/[^/]*@/.test(appHost))
    env.fault('APP_HOST', 'a URL with a user, a query or a fragment', undefined)
  return appHost.replace(/\/+$/, '')
}

function readSecretKey(env: EnvReader): string | undefined {
  const key = env.optional('JWT_SECRET_KEY', {
    about: `signs tokens, at least ${secretKeyBytesMin} bytes; without it, one is made at the first start and kept`,
  })
  if (key !== undefined && Buffer.byteLength(key) < secretKeyBytesMin)
    env.fault('JWT_SECRET_KEY', `shorter than ${secretKeyBytesMin} bytes`, undefined)
  return key
}
