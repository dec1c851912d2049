import { defineConfig } from '@polyservice-lab/service-kit'
import { readBrokerConfig } from '@polyservice-lab/service-kit/broker'
import { readHttpLimits } from '@polyservice-lab/service-kit/http'

export type Config = ReturnType<typeof loadConfig>

const bodyBytesMax = 65_536

export const loadConfig = defineConfig('notifications', (env) => ({
  ...readBrokerConfig(env, 'notifications'),
  ...readHttpLimits(env, { bodyBytesMax }),
  streamPingMs: env.integer('STREAM_PING_MS', {
    default: 15_000,
    min: 100,
    max: 3_600_000,
    about: 'how often a silent stream says that it lives',
  }),
  bufferBytesMax: env.integer('BUFFER_BYTES_MAX', {
    default: 1_048_576,
    min: 1024,
    max: 64 * 1_048_576,
    about: 'bytes that a stream may leave unread; beyond it, it is closed',
  }),
}))
