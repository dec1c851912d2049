import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import { applyBy, createBroker, openSagaDatabase } from '@polyservice-lab/service-kit/broker'
import type { Config } from './config.ts'
import { createHttpEdge } from './edge/http-edge.ts'
import { createHandlers } from './messaging/handlers.ts'
import { showReserved } from './metrics.ts'
import { createCustomerStore, createLedger } from './store/customer-store.ts'
import { clear, migrations, type Schema } from './store/tables.ts'

export function createService(config: Config, deps: ServiceDeps): Service {
  const resources = new AsyncDisposableStack()
  const database = resources.use(
    openSagaDatabase<Schema>({ applicationName: 'customers', migrations, config, deps }),
  )
  const customers = createCustomerStore(database)
  const apply = applyBy(createHandlers<Schema>(createLedger))
  const broker = resources.use(
    createBroker<Schema>({
      service: 'customers',
      database,
      subscriptions: [{ queue: 'customers.inbox', apply }],
      config,
      deps,
    }),
  )
  const edge = resources.use(createHttpEdge(customers, config, deps))
  showReserved(deps.metrics, customers)
  return {
    async start() {
      broker.start()
      await edge.start()
    },
    reset: () => broker.reset(clear),
    async notReady() {
      return (await database.isReady()) ? undefined : 'the database is not available'
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
