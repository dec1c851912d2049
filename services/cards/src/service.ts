import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import { openSagaDatabase, type SagaDatabase } from '@polyservice-lab/service-kit/broker'
import type { Config } from './config.ts'
import { type Cards, createCards } from './domain/cards.ts'
import { createCardsServer } from './edge/cards-server.ts'
import { countCharges } from './metrics.ts'
import { createLedger } from './store/ledger-store.ts'
import { migrations, type Schema } from './store/tables.ts'

export function createService(config: Config, deps: ServiceDeps): Service {
  const resources = new AsyncDisposableStack()
  const stopping = new AbortController()
  let database: SagaDatabase<Schema> | undefined

  return {
    async start() {
      database = resources.use(
        openSagaDatabase<Schema>({ applicationName: 'cards', migrations, config, deps }),
      )
      const cards = openCards(database, config, deps, stopping.signal)
      const server = createCardsServer(cards, config, deps)
      await server.start(config.port, config.host)
      resources.defer(() => server.drain(config.drainTimeoutMs))
    },

    async reset() {},

    async notReady() {
      return (await database?.isReady()) ? undefined : 'the database is not available'
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
    ledger: createLedger(database, () => new Date()),
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
