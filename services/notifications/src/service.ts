import { setTimeout as pause } from 'node:timers/promises'
import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import { applyBy, createBroker, openSagaDatabase } from '@polyservice-lab/service-kit/broker'
import type { Config } from './config.ts'
import { Feeds } from './domain/feeds.ts'
import { createHttpEdge } from './edge/http-edge.ts'
import { createHandlers } from './messaging/handlers.ts'
import { createNotificationStore, openNotifications } from './store/notification-store.ts'
import { clear, migrations, type Schema } from './store/tables.ts'

export function createService(config: Config, deps: ServiceDeps): Service {
  const resources = new AsyncDisposableStack()
  const database = resources.use(
    openSagaDatabase<Schema>({ applicationName: 'notifications', migrations, config, deps }),
  )
  const store = createNotificationStore(database)
  const failed = (error: unknown) => deps.logger.debug({ err: error }, 'notifications could not be read')
  const feeds = new Feeds({ store, pause, failed })
  const handlers = createHandlers<Schema>({
    open: openNotifications,
    changed: (customerId) => feeds.changed(customerId),
    now: () => new Date(),
  })
  const broker = resources.use(
    createBroker<Schema>({
      service: 'notifications',
      database,
      subscriptions: [{ queue: 'notifications.inbox', apply: applyBy(handlers) }],
      config,
      deps,
    }),
  )
  const edge = resources.use(createHttpEdge({ store, feeds, config, deps }))
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
