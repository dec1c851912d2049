import type { ServiceDeps } from '@polyservice-lab/service-kit'
import type { ShopConfig } from './config.ts'
import { createFeed, type Feed } from './domain/feed.ts'
import { createOrders, type Orders } from './domain/orders.ts'
import { createProducts, type Products } from './domain/products.ts'
import { createUsers, type Users } from './domain/users.ts'
import { type Access, createAccess } from './security/access.ts'
import { type Cursors, createCursors } from './security/cursors.ts'
import { createTokens } from './security/tokens.ts'
import { openStore } from './store/open-store.ts'

/** What a style translates. */
export interface Shop {
  readonly users: Users
  readonly products: Products
  readonly orders: Orders
  readonly feed: Feed
  readonly access: Access
  readonly cursors: Cursors
}

/** The shop in its database. Disposing it closes the connections. */
export interface OpenShop extends Shop, AsyncDisposable {
  /** Puts the shop back to the seeded data, for all services on the same database. */
  reset(): Promise<void>
  isReady(): Promise<boolean>
}

export interface ShopOptions extends ShopConfig, Pick<ServiceDeps, 'logger' | 'metrics'> {
  readonly applicationName: string
  readonly now: () => Date
}

/** Opens the shop; several processes may do so at once, on a new database too. */
export async function openShop(options: ShopOptions): Promise<OpenShop> {
  const { now, jwtSecret, idempotencyKeepMs, logger, metrics, ...config } = options
  const store = await openStore({ ...config, logger, metrics })
  const secret = jwtSecret ?? (await store.secret())
  return {
    users: createUsers(store.users, now),
    products: createProducts(store.products),
    orders: createOrders(store.orders, now, idempotencyKeepMs),
    feed: createFeed(store.feed),
    access: createAccess({ ...config, tokens: await createTokens(secret, now) }),
    cursors: createCursors(secret),
    reset: () => store.reset(),
    isReady: () => store.isReady(),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}
