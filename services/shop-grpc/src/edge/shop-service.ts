import { OrderStatus, type ShopService } from '@polyservice-lab/contracts/shop/grpc'
import type { Handlers } from '@polyservice-lab/service-kit/grpc'
import { invalid, isId, isSearch, listRuleTexts, ruleTexts, type Shop } from '@polyservice-lab/shop'
import { readList } from './lists.ts'
import { orderStatusOf, toOrder, toProduct, toUser } from './messages.ts'

/** The rpcs of shop.v1.ShopService, but for WatchFeed. */
export function shopHandlers({
  users,
  products,
  orders,
  cursors,
}: Shop): Omit<Handlers<typeof ShopService>, 'watchFeed'> {
  const productList = { name: 'products', keys: ['id', 'name', 'price'], lists: products } as const
  const orderList = { name: 'orders', keys: ['id', 'createdAt', 'totalAmount'], lists: orders } as const

  return {
    getUser: async ({ id }) => toUser(await users.get(idOf(id))),
    getProduct: async ({ id }) => toProduct(await products.get(idOf(id))),
    getOrder: async ({ id }) => toOrder(await orders.get(idOf(id))),

    async listProducts({ q, ...request }) {
      const violations = [q !== '' && !isSearch(q) && { field: 'q', description: listRuleTexts.q }]
      const filter = { q: q === '' ? undefined : q }
      const { items, ...page } = await readList(productList, request, filter, violations, cursors)
      return { products: items.map(toProduct), ...page }
    },

    async listOrders({ userId, status, ...request }) {
      const filter = {
        userId: userId === 0n ? undefined : Number(userId),
        status: orderStatusOf(status),
      }
      const violations = [
        userId !== 0n && !isId(Number(userId)) && { field: 'userId', description: ruleTexts.id },
        status !== OrderStatus.UNSPECIFIED &&
          filter.status === undefined && { field: 'status', description: 'is not known' },
      ]
      const { items, ...page } = await readList(orderList, request, filter, violations, cursors)
      return { orders: items.map(toOrder), ...page }
    },

    async placeOrder({ userId, items, idempotencyKey }) {
      const request = {
        userId: Number(userId),
        items: items.map(({ productId, quantity }) => ({ productId: Number(productId), quantity })),
      }
      const { order } = await orders.place(request, idempotencyKey === '' ? undefined : idempotencyKey)
      return toOrder(order)
    },

    cancelOrder: async ({ id }) => toOrder(await orders.update(idOf(id), { status: 'cancelled' })),
  }
}

/** An integer beyond 2^53-1 does not become one that is an id. */
function idOf(id: bigint): number {
  if (!isId(Number(id))) throw invalid([{ field: 'id', description: ruleTexts.id }])
  return Number(id)
}
