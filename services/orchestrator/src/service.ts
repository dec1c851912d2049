import { delayName, exchanges } from '@polyservice-lab/contracts/order-saga'
import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import { applyBy, createBroker, openSagaDatabase } from '@polyservice-lab/service-kit/broker'
import type { Config } from './config.ts'
import { createHttpEdge } from './edge/http-edge.ts'
import { createSagaStreams } from './edge/saga-streams.ts'
import { sendCommand } from './messaging/commands.ts'
import { readLetter } from './messaging/dead-letters.ts'
import { createHandlers } from './messaging/handlers.ts'
import { type Timeouts, watchTimeouts } from './messaging/timeouts.ts'
import { measureSteps, showCounts } from './metrics.ts'
import { createLetterStore } from './store/letter-store.ts'
import { createSagaStore } from './store/saga-store.ts'
import { clear, migrations, type Schema } from './store/tables.ts'

const now = () => new Date()

export function createService(config: Config, deps: ServiceDeps): Service {
  const resources = new AsyncDisposableStack()
  const database = openSagaDatabase<Schema>({ applicationName: 'orchestrator', migrations, config, deps })
  const streams = createSagaStreams(config)
  const measure = measureSteps(deps.metrics)
  const sagas = createSagaStore({
    ...{ database, command: sendCommand },
    changed(saga, before) {
      measure(saga, before)
      streams.changed(saga)
    },
  })
  const letters = createLetterStore(database, now)
  let timeouts: Timeouts | undefined
  const broker = createBroker<Schema>({
    service: 'orchestrator',
    database,
    subscriptions: [
      { queue: 'orchestrator.inbox', apply: applyBy(createHandlers<Schema>(sagas, now)) },
      {
        queue: exchanges.dead,
        keep: (delivery, transaction) => letters.keepIn(transaction, readLetter(delivery, now())),
      },
    ],
    onSent: (messageIds, transaction) => sagas.confirmIn(transaction, messageIds, now()),
    onConnected: () => timeouts?.restart(),
    config,
    deps,
  })
  const watch = () =>
    watchTimeouts({
      ...{ ...config, store: sagas, now, logger: deps.logger },
      isConnected: () => broker.isConnected,
    })

  return {
    async start() {
      showCounts(deps.metrics, sagas, letters)
      resources.use(database)
      resources.use(broker)
      resources.defer(() => timeouts?.[Symbol.asyncDispose]())
      await resources.use(createHttpEdge({ sagas, letters, streams, config, deps })).start()
      broker.start()
      timeouts = watch()
    },

    async reset() {
      await timeouts?.[Symbol.asyncDispose]()
      try {
        await broker.reset(clear, [exchanges.dead, ...config.retryDelaysMs.map(delayName)])
      } finally {
        timeouts = watch()
      }
    },

    async notReady() {
      return (await database.isReady()) ? undefined : 'the database is not available'
    },

    async [Symbol.asyncDispose]() {
      streams.drain()
      await resources.disposeAsync()
    },
  }
}
