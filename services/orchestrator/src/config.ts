import { defineConfig } from '@polyservice-lab/service-kit'
import { readBrokerConfig } from '@polyservice-lab/service-kit/broker'
import { readHttpLimits } from '@polyservice-lab/service-kit/http'

export type Config = ReturnType<typeof loadConfig>

const bodyBytesMax = 65_536
const upToAnHour = { min: 10, max: 3_600_000 }

export const loadConfig = defineConfig('orchestrator', (env) => ({
  ...readBrokerConfig(env, 'orchestrator'),
  ...readHttpLimits(env, { bodyBytesMax }),
  stepTimeoutMs: env.integer('STEP_TIMEOUT_MS', {
    ...upToAnHour,
    default: 10_000,
    about: 'how long a command waits for its answer after the broker has it',
  }),
  stepTriesMax: env.integer('STEP_TRIES_MAX', {
    default: 3,
    min: 1,
    max: 100,
    about: 'how often a reservation or a payment is asked for, before the saga gives it up',
  }),
  streamPingMs: env.integer('STREAM_PING_MS', {
    ...upToAnHour,
    default: 15_000,
    about: 'how long a stream is silent before a comment is sent',
  }),
  bufferBytesMax: env.integer('BUFFER_BYTES_MAX', {
    default: 1_048_576,
    min: 1024,
    max: 1_073_741_824,
    about: 'bytes of a stream that its client may leave unread; beyond it, the stream is cut',
  }),
  ordersPort: env.port('ORDERS_PORT', {
    default: 8010,
    about: 'where a browser finds the orders: the port on the host by which it finds this page',
  }),
}))
