import { type QueueName, queues, type SagaService } from '@polyservice-lab/contracts/order-saga'
import type { Transaction } from 'kysely'
import { AppError } from '../app-error.ts'
import { createGate } from '../gate.ts'
import type { ServiceDeps } from '../run-service.ts'
import type { BrokerConfig } from './config.ts'
import { type Connection, closeConnection, keepConnected, openConnection } from './connection.ts'
import { type Consumers, type Subscription, startConsumers } from './consumer.ts'
import type { OpenSagaDatabase, SagaDatabase, SagaTransaction } from './database.ts'
import { withDeadline } from './deadline.ts'
import { createSagaMetrics } from './metrics.ts'
import { createPublisher } from './publisher.ts'
import { type Relay, startRelay } from './relay.ts'
import { clearSagaTables, type SagaTables } from './tables.ts'
import { declareTopology } from './topology.ts'
import { createTurns } from './turns.ts'

/** Of the connections to the database; the others are left for requests. */
const transactionsMax = 6
/** How long what was published last may take to be confirmed at the end. */
const lastConfirmMs = 2_000

export interface BrokerOptions<Schema extends SagaTables> {
  readonly service: SagaService
  readonly database: SagaDatabase<Schema>
  readonly subscriptions: readonly Subscription<Schema>[]
  /** Told the ids of messages that the broker confirmed, in the transaction that notes so. */
  readonly onSent?: (messageIds: readonly string[], transaction: SagaTransaction<Schema>) => Promise<void>
  /** Told each time that both connections stand. */
  readonly onConnected?: () => void
  readonly config: BrokerConfig
  readonly deps: ServiceDeps
}

export interface Broker<Schema extends SagaTables> extends AsyncDisposable {
  /** Begins, when the database is open, to send and to receive; a broker that is not there is waited for. */
  start(): void
  readonly isConnected: boolean
  /**
   * Stops consumers and relay, empties the tables of messages, runs `work` in the same transaction, purges the queues of
   * the service and the given ones, and goes on.
   * @throws AppError `unavailable` where broker or database are away; nothing has changed then, or all but the queues
   */
  reset(work: (db: Transaction<Schema>) => Promise<void>, queuesToo?: readonly string[]): Promise<void>
}

/** Sends what stands in the outbox, and receives what its subscriptions are for. */
export function createBroker<Schema extends SagaTables>(options: BrokerOptions<Schema>): Broker<Schema> {
  const { service, subscriptions, config, deps, onConnected } = options
  const { logger } = deps
  const database = options.database as OpenSagaDatabase<Schema>
  const metrics = createSagaMetrics(service, database.counts, deps.metrics)
  for (const subscription of subscriptions)
    if ('apply' in subscription) metrics.begin(subscription.queue, config.flow)
  const publisher = createPublisher(logger)
  const gate = createGate({ concurrencyMax: transactionsMax })
  const inTurn = createTurns()
  const consumerOptions = { config, database, publisher, metrics, gate, inTurn, deps }
  let running: Running | undefined
  let isStopped = false

  database.onWritten(() => running?.relay.wake())

  function begin(): void {
    const relay = startRelay<Schema>({
      database,
      publisher,
      metrics,
      logger,
      pollMs: config.outboxPollMs,
      ...(options.onSent && { onSent: options.onSent }),
    })
    let consumers: Consumers | undefined
    const up = { publish: false, consume: false }
    const note = (which: keyof typeof up) => (isUp: boolean) => {
      up[which] = isUp
      const isConnected = up.publish && up.consume
      metrics.connected.set(isConnected ? 1 : 0)
      if (isUp && which === 'publish') relay.wake()
      if (isUp && isConnected) onConnected?.()
    }
    const shared = { url: config.amqpUrl, logger }
    const publishing = keepConnected({
      ...shared,
      name: `${service} publishes`,
      onChange: note('publish'),
      async setUp(model, lose) {
        await declareTopology(model, config.flow, config.retryDelaysMs)
        await publisher.setUp(model, lose)
      },
    })
    const consuming = keepConnected({
      ...shared,
      name: `${service} consumes`,
      onChange: note('consume'),
      async setUp(model, lose) {
        await declareTopology(model, config.flow, config.retryDelaysMs)
        consumers = await startConsumers(model, subscriptions, consumerOptions, lose)
      },
    })
    running = {
      relay,
      publishing,
      consuming,
      stopConsumers: async () => {
        await consumers?.stop()
      },
    }
  }

  /** What is in hand is finished; then both connections are closed. */
  async function end(): Promise<void> {
    if (running === undefined) return
    const { relay, publishing, consuming, stopConsumers } = running
    running = undefined
    await stopConsumers()
    await consuming[Symbol.asyncDispose]()
    await withDeadline(
      Promise.resolve(relay[Symbol.asyncDispose]()),
      'the last confirms',
      lastConfirmMs,
    ).catch(() => {})
    await publishing[Symbol.asyncDispose]()
  }

  return {
    start() {
      database.opened.then(
        () => {
          if (!isStopped) begin()
        },
        () => {},
      )
    },
    get isConnected() {
      return running?.publishing.isUp === true && running.consuming.isUp
    },
    async reset(work, queuesToo = []) {
      const model = await openConnection(config.amqpUrl, `${service} resets`).catch((cause: unknown) => {
        throw new AppError('unavailable', 'the broker is not available', { cause })
      })
      model.on('error', () => {})
      await end()
      try {
        await database.transaction(async ({ db }) => {
          await clearSagaTables(db as unknown as Transaction<SagaTables>)
          await work(db)
        })
        // A service that has just started may not have declared its queues.
        await declareTopology(model, config.flow, config.retryDelaysMs)
        const channel = await withDeadline(model.createChannel(), 'opening a channel')
        channel.on('error', () => {})
        for (const queue of [...queuesOf(service), ...queuesToo])
          await withDeadline(channel.purgeQueue(queue), `purging ${queue}`)
        await database.count()
      } finally {
        await closeConnection(model)
        if (!isStopped) begin()
      }
    },
    async [Symbol.asyncDispose]() {
      isStopped = true
      await end()
    },
  }
}

interface Running {
  readonly relay: Relay
  readonly publishing: Connection
  readonly consuming: Connection
  readonly stopConsumers: () => Promise<void>
}

function queuesOf(service: SagaService): QueueName[] {
  return (Object.keys(queues) as QueueName[]).filter((queue) => queues[queue].consumer === service)
}
