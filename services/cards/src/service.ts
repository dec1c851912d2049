import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { createPaymentStore, createWorker, type Worker } from '@polyservice-lab/charging'
import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import {
  applyBy,
  createBroker,
  openSagaDatabase,
  type SagaDatabase,
} from '@polyservice-lab/service-kit/broker'
import type { Config } from './config.ts'
import { type Cards, createCards } from './domain/cards.ts'
import { createOwnNetwork } from './domain/own-network.ts'
import { createCardsServer } from './edge/cards-server.ts'
import { createHandlers } from './messaging/handlers.ts'
import { tell } from './messaging/tell.ts'
import { countCharges } from './metrics.ts'
import { createLedger } from './store/ledger-store.ts'
import { clear, migrations, type Schema } from './store/tables.ts'

const now = () => new Date()

export function createService(config: Config, deps: ServiceDeps): Service {
  const resources = new AsyncDisposableStack()
  const stopping = new AbortController()
  const database = openSagaDatabase<Schema>({ applicationName: 'cards', migrations, config, deps })
  const cards = openCards(database, config, deps, stopping.signal)
  let worker: Worker | undefined
  const payments = createPaymentStore({
    ...{ database, tell },
    changed(payment) {
      if (payment.dueAt !== null) worker?.wake()
    },
  })
  const network = createOwnNetwork({
    cards,
    newTimeout: () => AbortSignal.timeout(config.chargeTimeoutMs),
    stopping: stopping.signal,
  })
  const broker = createBroker<Schema>({
    service: 'cards',
    database,
    subscriptions: [{ queue: 'cards.inbox', apply: applyBy(createHandlers<Schema>(payments.changeIn, now)) }],
    config,
    deps,
  })
  const startWorker = () =>
    createWorker({ store: payments, network, limits: config, now, logger: deps.logger })

  return {
    async start() {
      resources.use(database)
      resources.use(broker)
      resources.defer(() => worker?.[Symbol.asyncDispose]())
      const server = createCardsServer(cards, config, deps)
      await server.start(config.port, config.host)
      resources.defer(() => server.drain(config.drainTimeoutMs))
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
      // What is held would hold up the drain.
      stopping.abort(new AppError('unavailable', 'the server is shutting down'))
      await resources.disposeAsync()
    },
  }
}

function openCards(
  database: SagaDatabase<Schema>,
  { cardHoldMs }: Config,
  { metrics }: ServiceDeps,
  stopping: AbortSignal,
): Cards {
  return createCards({
    ledger: createLedger(database, now),
    newId: randomUUID,
    charged: countCharges(metrics),
    async hold(signal) {
      const either = AbortSignal.any([signal, stopping])
      await setTimeout(cardHoldMs, undefined, { signal: either }).catch(() => {
        throw either.reason
      })
    },
  })
}
