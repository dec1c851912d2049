import { defineConfig } from '@polyservice-lab/service-kit'
import { readGrpcLimits } from '@polyservice-lab/service-kit/grpc'
import { readShopConfig } from '@polyservice-lab/shop'

export type Config = ReturnType<typeof loadConfig>

/** All WatchFeed may be open, and there is room for other calls. */
const callsMax = 2_000

export const loadConfig = defineConfig('shop-grpc', (env) => ({
  ...readShopConfig(env),
  streamsMax: env.integer('STREAMS_MAX', {
    default: 1_000,
    min: 1,
    max: 1_000_000,
    about: 'WatchFeed calls that may be open; one more ends with UNAVAILABLE',
  }),
  bufferBytesMax: env.integer('BUFFER_BYTES_MAX', {
    default: 1_048_576,
    min: 1,
    max: 1_073_741_824,
    about: 'bytes of answers that may wait for the reader of one call; until there is room, no more are made',
  }),
  ...readGrpcLimits(env, callsMax),
}))
