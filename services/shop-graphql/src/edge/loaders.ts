import type { Order, Shop } from '@polyservice-lab/shop'
import DataLoader from 'dataloader'

/** The orders of a user that are asked for. */
export interface OrdersOfUser {
  readonly userId: number
  readonly page: number
  readonly limit: number
}

export type Loaders = ReturnType<typeof createLoaders>

/** Nothing is kept: what is loaded after a change, or at the next event of a subscription, is new. */
const options = { cache: false } as const

/** Looks that the resolvers of one level share: one statement for all entities that are asked for at once. */
export function createLoaders({ users, products, orders }: Shop) {
  return {
    user: loaderOf(users.getMany),
    product: loaderOf(products.getMany),
    order: loaderOf(orders.getMany),
    ordersOfUser: new DataLoader<OrdersOfUser, readonly Order[]>(async (asked) => {
      const windows = Map.groupBy(asked, ({ page, limit }) => `${page} ${limit}`)
      const found = new Map<string, ReadonlyMap<number, readonly Order[]>>()
      for (const [window, same] of windows) {
        const [{ page, limit } = { page: 1, limit: 1 }] = same
        const userIds = [...new Set(same.map(({ userId }) => userId))]
        found.set(window, await orders.listOfUsers(userIds, { page, limit }))
      }
      return asked.map(({ userId, page, limit }) => found.get(`${page} ${limit}`)?.get(userId) ?? [])
    }, options),
  }
}

function loaderOf<Entity>(getMany: (ids: readonly number[]) => Promise<ReadonlyMap<number, Entity>>) {
  return new DataLoader<number, Entity | null>(async (ids) => {
    const found = await getMany([...new Set(ids)])
    return ids.map((id) => found.get(id) ?? null)
  }, options)
}
