import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import { type OpenShop, openShop } from '@polyservice-lab/shop'
import type { Config } from './config.ts'
import { createSoapEdge } from './edge/soap-edge.ts'

export function createService(config: Config, deps: ServiceDeps): Service {
  const resources = new AsyncDisposableStack()
  let shop: OpenShop | undefined
  return {
    async start() {
      const now = () => new Date()
      shop = resources.use(await openShop({ ...config, ...deps, applicationName: 'shop-soap', now }))
      await resources.use(createSoapEdge(shop, config, deps, now)).start()
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
