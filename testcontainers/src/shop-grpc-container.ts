import {
  createShopGrpcClient,
  type ShopGrpcClient,
  type ShopGrpcClientOptions,
} from '@polyservice-lab/clients'
import { ShopContainer, StartedShopContainer } from './shop-container.ts'

/** gRPC: users, products, orders and the feed of the shop. */
export class ShopGrpcContainer extends ShopContainer<StartedShopGrpcContainer> {
  constructor(image?: string) {
    super('shop-grpc', StartedShopGrpcContainer, image)
  }
}

export class StartedShopGrpcContainer extends StartedShopContainer {
  override client(options: Omit<ShopGrpcClientOptions, 'host' | 'port'> = {}): ShopGrpcClient {
    return createShopGrpcClient({ ...options, ...this.address() })
  }
}
