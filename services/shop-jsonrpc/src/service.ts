import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import { type OpenShop, openShop } from '@polyservice-lab/shop'
import type { Config } from './config.ts'
import { createRpcEdge } from './edge/rpc-edge.ts'

export function createService(config: Config, deps: ServiceDeps): Service {
  const resources = new AsyncDisposableStack()
  let shop: OpenShop | undefined
  return {
    async start() {
      const now = () => new Date()
      shop = resources.use(await openShop({ ...config, ...deps, applicationName: 'shop-jsonrpc', now }))
      await resources.use(createRpcEdge(shop, config, deps)).start()
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
