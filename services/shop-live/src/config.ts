import { defineConfig, type EnvReader } from '@polyservice-lab/service-kit'
import { readHttpLimits } from '@polyservice-lab/service-kit/http'
import { readShopConfig } from '@polyservice-lab/shop'

export type Config = ReturnType<typeof loadConfig>

const mebibyte = 1_048_576

const localRest = ['http://localhost:8002', 'http://127.0.0.1:8002']

export const loadConfig = defineConfig('shop-live', (env) => ({
  ...readShopConfig(env),
  streamsMax: env.integer('STREAMS_MAX', {
    default: 1000,
    min: 1,
    max: 100_000,
    about: 'long polls that wait, event streams and WebSockets together; beyond it, 503',
  }),
  waitMaxS: env.integer('WAIT_MAX_S', {
    default: 60,
    min: 1,
    max: 3600,
    about: 'the longest that a poll may ask to wait, in seconds; beyond it, 400',
  }),
  keepaliveMs: env.integer('KEEPALIVE_MS', {
    default: 15_000,
    min: 10,
    max: 3_600_000,
    about: 'how long a stream is silent before it gets a comment, and how often a WebSocket gets a ping',
  }),
  bufferBytesMax: env.integer('BUFFER_BYTES_MAX', {
    default: mebibyte,
    min: 1024,
    max: 1024 * mebibyte,
    about: 'bytes that may wait for one slow reader; its further events stay in the database',
  }),
  restOrigins: readRestOrigins(env),
  ...readHttpLimits(env, {
    connectionsMax: 1200,
    bodies: 'a message of a WebSocket, which has none to send; beyond it, 1009 in place of 1003',
  }),
}))

function readRestOrigins(env: EnvReader): readonly string[] {
  const origins = env.origins('REST_ORIGINS', {
    allows: [],
    about: `where the page finds shop-rest, between commas; without it, \`${localRest.join(',')}\``,
  })
  return origins.length > 0 ? origins : localRest
}
