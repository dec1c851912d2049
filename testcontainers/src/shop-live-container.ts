import {
  createShopLiveClient,
  type ShopLiveClient,
  type ShopLiveClientOptions,
} from '@polyservice-lab/clients'
import { ShopContainer, StartedShopContainer } from './shop-container.ts'

/** The feed of the shop: polling, long polling, SSE and WebSocket. */
export class ShopLiveContainer extends ShopContainer<StartedShopLiveContainer> {
  constructor(image?: string) {
    super('shop-live', StartedShopLiveContainer, image)
  }
}

export class StartedShopLiveContainer extends StartedShopContainer {
  override client(options: Omit<ShopLiveClientOptions, 'host' | 'port'> = {}): ShopLiveClient {
    return createShopLiveClient({ ...options, ...this.address() })
  }
}
