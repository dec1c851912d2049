import {
  createShopRestClient,
  type ShopRestClient,
  type ShopRestClientOptions,
} from '@polyservice-lab/clients'
import { ShopContainer, StartedShopContainer } from './shop-container.ts'

/** REST: users, products and orders of the shop. */
export class ShopRestContainer extends ShopContainer<StartedShopRestContainer> {
  constructor(image?: string) {
    super('shop-rest', StartedShopRestContainer, image)
  }
}

export class StartedShopRestContainer extends StartedShopContainer {
  override client(options: Omit<ShopRestClientOptions, 'host' | 'port'> = {}): ShopRestClient {
    return createShopRestClient({ ...options, ...this.address() })
  }
}
