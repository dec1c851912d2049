import type { EnvReader } from '../env-reader.ts'

export type GraphqlLimits = ReturnType<typeof readGraphqlLimits>

const mebibyte = 1_048_576

/** Reads the limits of a GraphQL server. */
export function readGraphqlLimits(env: EnvReader) {
  return {
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
      about: 'values that an operation asks for, as its limits have it; beyond it, RESOURCE_EXHAUSTED',
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
        'how often a stream gets a comment, and a WebSocket a ping: without a pong, it is cut off at the next',
    }),
    bufferBytesMax: env.integer('BUFFER_BYTES_MAX', {
      default: mebibyte,
      min: 1,
      max: 64 * mebibyte,
      about: 'bytes that may wait for the reader of a subscription before its next event does',
    }),
  }
}
