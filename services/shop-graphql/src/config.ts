import { defineConfig } from '@polyservice-lab/service-kit'
import { readHttpLimits } from '@polyservice-lab/service-kit/http'
import { readShopConfig } from '@polyservice-lab/shop'

export type Config = ReturnType<typeof loadConfig>

const mebibyte = 1_048_576

export const loadConfig = defineConfig('shop-graphql', (env) => ({
  ...readShopConfig(env),
  listMax: env.integer('LIST_MAX', {
    default: 1000,
    min: 1,
    max: 10_000,
    about: 'entries of `users` where the query names no limit',
  }),
  depthMax: env.integer('DEPTH_MAX', {
    default: 10,
    min: 1,
    max: 100,
    about: 'levels of fields of an operation; beyond it, RESOURCE_EXHAUSTED',
  }),
  aliasesMax: env.integer('ALIASES_MAX', {
    default: 30,
    max: 10_000,
    about: 'aliases of an operation; beyond it, RESOURCE_EXHAUSTED',
  }),
  costMax: env.integer('COST_MAX', {
    default: 10_000,
    min: 1,
    max: 1_000_000,
    about: 'values that an operation may ask for, by its limits; beyond it, RESOURCE_EXHAUSTED',
  }),
  tokensMax: env.integer('TOKENS_MAX', {
    default: 1000,
    min: 1,
    max: 1000,
    about: 'tokens of a document; beyond it, GRAPHQL_PARSE_FAILED',
  }),
  batchMax: env.integer('BATCH_MAX', {
    default: 10,
    min: 1,
    max: 1000,
    about: 'requests of a batch; beyond it, 413',
  }),
  streamsMax: env.integer('STREAMS_MAX', {
    default: 1000,
    min: 1,
    max: 100_000,
    about: 'subscriptions at a time; beyond it, UNAVAILABLE',
  }),
  keepAliveMs: env.integer('KEEPALIVE_MS', {
    default: 15_000,
    min: 10,
    max: 3_600_000,
    about:
      'how often a stream has a comment, and a WebSocket a ping; without a pong it is cut off at the next',
  }),
  bufferBytesMax: env.integer('BUFFER_BYTES_MAX', {
    default: mebibyte,
    min: 1,
    max: 64 * mebibyte,
    about: 'bytes that may wait for the reader of a subscription before the next event does',
  }),
  ...readHttpLimits(env),
}))
