import { defineConfig } from '@polyservice-lab/service-kit'
import { secretKeyBytesMin } from './security/secret-key.ts'

export type Config = ReturnType<typeof loadConfig>

const minute = 60
const day = 24 * 60 * minute
const mebibyte = 1_048_576
const tokenSeconds = { min: 1, max: 10 * 365 * day }

export const loadConfig = defineConfig(8001, (env) => {
  const jwtSecretKey = env.optional('JWT_SECRET_KEY')
  if (jwtSecretKey !== undefined && Buffer.byteLength(jwtSecretKey) < secretKeyBytesMin)
    env.fault('JWT_SECRET_KEY', `shorter than ${secretKeyBytesMin} bytes`, undefined)
  const appHost = env.string('APP_HOST', 'http://localhost:8001')
  if (!/^https?:$/.test(URL.parse(appHost)?.protocol ?? ''))
    env.fault('APP_HOST', 'not an http or https URL', undefined)
  return {
    /** DATA_DIR: of the database, the files and a key that was made. */
    dataDir: env.string('DATA_DIR', 'data'),
    /** POLICY: strict lets the owner alone change and delete, open everybody who is logged in. */
    policy: env.oneOf('POLICY', ['strict', 'open'], 'strict'),
    /** APP_HOST: what the URLs of files begin with. */
    appHost: appHost.replace(/\/+$/, ''),
    /** JWT_SECRET_KEY: signs tokens. Without it, one is made at the first start and kept. */
    jwtSecretKey,
    /** ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS: how long tokens are valid. */
    tokenLifetimeS: {
      access: env.integer('ACCESS_TOKEN_SECONDS', 30 * minute, tokenSeconds),
      refresh: env.integer('REFRESH_TOKEN_SECONDS', 60 * day, tokenSeconds),
    },
    /** LOGIN_RATE: failed logins a minute for an account from an address (ten times that for an address); 0: no limit. */
    loginRate: env.integer('LOGIN_RATE', 30, { max: 1_000_000 }),
    /** CORS_ORIGINS: whose pages may read answers, between commas; * is everybody's. */
    corsOrigins: env.list('CORS_ORIGINS'),
    /** BODY_BYTES_MAX: of a JSON body or the text fields of a form. */
    bodyBytesMax: env.integer('BODY_BYTES_MAX', mebibyte, { min: 1, max: 64 * mebibyte }),
    /** RECEIVE_BYTES_MAX: of the unfinished ones among these, over all connections; beyond it, 503. */
    receiveBytesMax: env.integer('RECEIVE_BYTES_MAX', 64 * mebibyte, { min: 1024, max: 8192 * mebibyte }),
    /** UPLOAD_BYTES_MAX: of a whole multipart body. */
    uploadBytesMax: env.integer('UPLOAD_BYTES_MAX', 50 * mebibyte, { min: 1, max: 4096 * mebibyte }),
    /** HEADER_BYTES_MAX: of the request line and the headers. */
    headerBytesMax: env.integer('HEADER_BYTES_MAX', 16_384, { min: 1024, max: mebibyte }),
    /** REQUEST_TIMEOUT_MS: how long a request may take to arrive. */
    requestTimeoutMs: env.integer('REQUEST_TIMEOUT_MS', 60_000, { min: 100, max: 3_600_000 }),
    /** CONNECTIONS_MAX: more are closed at once. */
    connectionsMax: env.integer('CONNECTIONS_MAX', 1000, { min: 1, max: 100_000 }),
  }
})
