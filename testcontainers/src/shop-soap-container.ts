import type { ShopClient } from '@polyservice-lab/clients'
import { createShopSoapClient, type ShopSoapClientOptions } from '@polyservice-lab/clients/soap'
import { ShopContainer, StartedShopContainer } from './shop-container.ts'

/** SOAP: users, products and orders of the shop. */
export class ShopSoapContainer extends ShopContainer<StartedShopSoapContainer> {
  constructor(image?: string) {
    super('shop-soap', StartedShopSoapContainer, image)
  }
}

export class StartedShopSoapContainer extends StartedShopContainer {
  override client(options: Omit<ShopSoapClientOptions, 'host' | 'port'> = {}): ShopClient {
    return createShopSoapClient({ ...options, ...this.address() })
  }
}
