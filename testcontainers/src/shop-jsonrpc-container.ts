import {
  createShopJsonRpcClient,
  type ShopJsonRpcClient,
  type ShopJsonRpcClientOptions,
} from '@polyservice-lab/clients'
import { ShopContainer, StartedShopContainer } from './shop-container.ts'

/** JSON-RPC: users, products and orders of the shop. */
export class ShopJsonRpcContainer extends ShopContainer<StartedShopJsonRpcContainer> {
  constructor(image?: string) {
    super('shop-jsonrpc', StartedShopJsonRpcContainer, image)
  }
}

export class StartedShopJsonRpcContainer extends StartedShopContainer {
  override client(options: Omit<ShopJsonRpcClientOptions, 'host' | 'port'> = {}): ShopJsonRpcClient {
    return createShopJsonRpcClient({ ...options, ...this.address() })
  }
}
