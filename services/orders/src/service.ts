import { randomUUID } from 'node:crypto'
import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import { applyBy, createBroker, openSagaDatabase } from '@polyservice-lab/service-kit/broker'
import type { Config } from './config.ts'
import { createOrders } from './domain/orders.ts'
import { createHttpEdge } from './edge/http-edge.ts'
import { createHandlers } from './messaging/handlers.ts'
import { createRecorder } from './messaging/history.ts'
import { showOrders } from './metrics.ts'
import { createOrderStore, openOrders } from './store/order-store.ts'
import { clear, migrations, type Schema } from './store/tables.ts'

export function createService(config: Config, deps: ServiceDeps): Service {
  const resources = new AsyncDisposableStack()
  const database = resources.use(
    openSagaDatabase<Schema>({ applicationName: 'orders', migrations, config, deps }),
  )
  const store = createOrderStore(database)
  const orders = createOrders({ store, newId: randomUUID, now: () => new Date() })
  const broker = resources.use(
    createBroker<Schema>({
      service: 'orders',
      database,
      subscriptions: [
        { queue: 'orders.inbox', apply: applyBy(createHandlers<Schema>(orders, openOrders)) },
        { queue: 'orders.history', apply: createRecorder<Schema>(openOrders), inAnyOrder: true },
      ],
      config,
      deps,
    }),
  )
  const edge = resources.use(createHttpEdge(orders, config, deps))
  showOrders(deps.metrics, store)
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
