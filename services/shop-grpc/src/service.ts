import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import { createFeedTail, type OpenShop, openShop } from '@polyservice-lab/shop'
import type { Config } from './config.ts'
import { createGrpcEdge } from './edge/grpc-edge.ts'

export function createService(config: Config, deps: ServiceDeps): Service {
  const resources = new AsyncDisposableStack()
  let shop: OpenShop | undefined
  return {
    async start() {
      const now = () => new Date()
      shop = resources.use(await openShop({ ...config, ...deps, applicationName: 'shop-grpc', now }))
      const tail = resources.use(createFeedTail(shop.feed))
      const server = createGrpcEdge(shop, tail, config, deps)
      await server.start(config.port, config.host)
      resources.defer(() => server.drain(config.drainTimeoutMs))
    },
    async reset() {
      await shop?.reset()
    },
    async notReady() {
      return shop === undefined || (await shop.isReady()) ? undefined : 'the database is not available'
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
