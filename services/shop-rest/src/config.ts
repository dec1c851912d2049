import { defineConfig } from '@polyservice-lab/service-kit'
import { readShopConfig } from '@polyservice-lab/shop'

export type Config = ReturnType<typeof loadConfig>

const mebibyte = 1_048_576

export const loadConfig = defineConfig('shop-rest', (env) => ({
  ...readShopConfig(env),
  corsOrigins: env.origins('CORS_ORIGINS', {
    allows: [],
    about: 'the web origins whose pages may call and read answers, between commas',
  }),
  listMax: env.integer('LIST_MAX', {
    default: 1000,
    min: 1,
    max: 10_000,
    about: 'entries of a list that has no pages: the users of version 1',
  }),
  bodyBytesMax: env.integer('BODY_BYTES_MAX', {
    default: mebibyte,
    min: 1,
    max: 64 * mebibyte,
    about: 'bytes of a body; beyond it, 413',
  }),
  receiveBytesMax: env.budget('RECEIVE_BYTES_MAX', {
    default: 64 * mebibyte,
    min: 1024,
    about: 'bytes of unfinished bodies, over all connections; beyond it, 503',
  }),
  sendBytesMax: env.budget('SEND_BYTES_MAX', {
    default: 64 * mebibyte,
    min: 1024,
    about: 'bytes of answers that wait to be read, over all connections; beyond it, 503',
  }),
  headerBytesMax: env.integer('HEADER_BYTES_MAX', {
    default: 16_384,
    min: 1024,
    max: mebibyte,
    about: 'bytes of a request line with its headers; beyond it, 431',
  }),
  requestTimeoutMs: env.integer('REQUEST_TIMEOUT_MS', {
    default: 60_000,
    min: 100,
    max: 3_600_000,
    about: 'how long a request may take to arrive; beyond it, 408',
  }),
  sendTimeoutMs: env.integer('SEND_TIMEOUT_MS', {
    default: 30_000,
    min: 100,
    max: 3_600_000,
    about: 'how long a client may take nothing of an answer that waits for it; beyond it, it is cut off',
  }),
  connectionsMax: env.integer('CONNECTIONS_MAX', {
    default: 1000,
    min: 1,
    max: 100_000,
    about: 'more connections are closed at once',
  }),
}))
