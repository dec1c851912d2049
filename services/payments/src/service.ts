import { randomUUID } from 'node:crypto'
import { createPaymentStore, createWorker, type Worker } from '@polyservice-lab/charging'
import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import {
  applyBy,
  createBroker,
  createTraceparent,
  openSagaDatabase,
} from '@polyservice-lab/service-kit/broker'
import type { Config } from './config.ts'
import { createPayments } from './domain/payments.ts'
import { createCardsClient } from './edge/cards-client.ts'
import { createHttpEdge } from './edge/http-edge.ts'
import { createHandlers } from './messaging/handlers.ts'
import { tell } from './messaging/tell.ts'
import { showPayments } from './metrics.ts'
import { clear, migrations, type Schema } from './store/tables.ts'

export function createService(config: Config, deps: ServiceDeps): Service {
  const resources = new AsyncDisposableStack()
  const stopping = new AbortController()
  const now = () => new Date()
  const database = openSagaDatabase<Schema>({ applicationName: 'payments', migrations, config, deps })
  let worker: Worker | undefined
  const store = createPaymentStore({
    database,
    tell,
    changed(payment) {
      payments.changed(payment)
      if (payment.dueAt !== null) worker?.wake()
    },
  })
  const payments = createPayments({
    ...{ store, now, newId: randomUUID, newTraceparent: createTraceparent },
    checkRoom: () => database.checkOutbox(),
  })
  const network = createCardsClient({
    address: config.cardsAddress,
    timeoutMs: config.chargeTimeoutMs,
    logger: deps.logger,
  })
  const broker = createBroker<Schema>({
    service: 'payments',
    database,
    subscriptions: [{ queue: 'payments.inbox', apply: applyBy(createHandlers<Schema>(store.changeIn, now)) }],
    config,
    deps,
  })
  const startWorker = () => createWorker({ store, network, limits: config, now, logger: deps.logger })

  return {
    async start() {
      showPayments(deps.metrics, store)
      resources.use(database)
      resources.use(network)
      resources.use(broker)
      resources.defer(() => worker?.[Symbol.asyncDispose]())
      await resources.use(createHttpEdge({ payments, config, deps, stopping: stopping.signal })).start()
      broker.start()
      worker = startWorker()
    },

    async reset() {
      await worker?.[Symbol.asyncDispose]()
      try {
        await broker.reset(clear)
      } finally {
        worker = startWorker()
      }
    },

    async notReady() {
      return (await database.isReady()) ? undefined : 'the database is not available'
    },

    async [Symbol.asyncDispose]() {
      stopping.abort()
      await resources.disposeAsync()
    },
  }
}
