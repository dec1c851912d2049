import { type Flow, flows, type SagaService } from '@polyservice-lab/contracts/order-saga'
import type { EnvReader } from '../env-reader.ts'

export type BrokerConfig = ReturnType<typeof readBrokerConfig>

const dayMs = 86_400_000
const defaultAmqpUrl = 'amqp://lab:lab@rabbitmq:5672'
const delayMsMax = 86_400_000

/** Reads what every service of the wing `events` is told of its database, of the broker and of its messages. */
export function readBrokerConfig(env: EnvReader, service: SagaService) {
  const defaultDatabaseUrl = `postgres://${service}:lab@postgres:5432/${service}`
  const databaseUrl = env.url('DATABASE_URL', {
    protocols: ['postgres:', 'postgresql:'],
    about: `its own database, with user and password; without it, \`${defaultDatabaseUrl}\``,
  })
  const amqpUrl = env.url('AMQP_URL', {
    protocols: ['amqp:', 'amqps:'],
    about: `the broker, with user and password; without it, \`${defaultAmqpUrl}\``,
  })
  return {
    databaseUrl: databaseUrl ?? defaultDatabaseUrl,
    amqpUrl: amqpUrl ?? defaultAmqpUrl,
    flow: env.oneOf('FLOW', flows, {
      default: 'orchestration' satisfies Flow,
      about: 'how the services work together, the same for all: `orchestration` or `choreography`',
    }),
    retryDelaysMs: readDelays(env),
    prefetchMax: env.integer('PREFETCH_MAX', {
      default: 20,
      min: 1,
      max: 1000,
      about: 'messages of a queue that are in hand at a time',
    }),
    outboxPollMs: env.integer('OUTBOX_POLL_MS', {
      default: 500,
      min: 10,
      max: 60_000,
      about: 'how often the outbox is looked at, beside the times when something was written to it',
    }),
    outboxRowsMax: env.integer('OUTBOX_ROWS_MAX', {
      default: 100_000,
      min: 1,
      max: 100_000_000,
      about: 'messages that wait to be sent; beyond it, requests that send one are answered 503',
    }),
    inboxKeepMs:
      dayMs *
      env.integer('INBOX_KEEP_DAYS', {
        default: 7,
        min: 1,
        max: 3650,
        about: 'how long the id of a message is remembered, so that the same one has no second effect',
      }),
    messageBytesMax: env.integer('MESSAGE_BYTES_MAX', {
      default: 65_536,
      min: 1024,
      max: 1_048_576,
      about: 'bytes of a message; a longer one becomes a dead letter',
    }),
  }
}

/** Between commas, at least one. */
function readDelays(env: EnvReader): readonly number[] {
  const byDefault = '200,1000,5000'
  const text = env.string('RETRY_DELAYS_MS', {
    default: byDefault,
    about: 'how long a message waits after its first, second, ... failure; after one more it is dead',
  })
  const isDelay = (part: string) => /^\d{1,8}$/.test(part) && Number(part) >= 1 && Number(part) <= delayMsMax
  const parts = text.split(',').map((part) => part.trim())
  if (parts.every(isDelay)) return parts.map(Number)
  env.fault('RETRY_DELAYS_MS', `not integers from 1 to ${delayMsMax} between commas`, undefined)
  return byDefault.split(',').map(Number)
}
