import {
  createShopGraphqlClient,
  type ShopGraphqlClient,
  type ShopGraphqlClientOptions,
} from '@polyservice-lab/clients'
import { ShopContainer, StartedShopContainer } from './shop-container.ts'

/** The shop in GraphQL, with subscriptions over WebSocket and SSE. */
export class ShopGraphqlContainer extends ShopContainer<StartedShopGraphqlContainer> {
  constructor(image?: string) {
    super('shop-graphql', StartedShopGraphqlContainer, image)
  }
}

export class StartedShopGraphqlContainer extends StartedShopContainer {
  override client(options: Omit<ShopGraphqlClientOptions, 'host' | 'port'> = {}): ShopGraphqlClient {
    return createShopGraphqlClient({ ...options, ...this.address() })
  }
}
