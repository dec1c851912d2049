import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Order, OrderStatus, Product } from './entities.ts'
import { byId, createLists, type Lists, type PageNumber } from './lists.ts'
import {
  assertValid,
  isId,
  isIdempotencyKey,
  isQuantity,
  itemsMax,
  notFound,
  ruleTexts,
  versionMismatch,
} from './rules.ts'
import type {
  OrderContents,
  OrderFilter,
  OrderRequest,
  OrderSortKey,
  OrderStore,
  PlacedOrder,
} from './store.ts'
import type { Condition } from './users.ts'

export interface OrderChanges {
  readonly status?: OrderStatus | undefined
}

/** An order as it is asked for. An id is undefined where the text that should be one names nothing. */
export interface OrderInput {
  readonly userId: number | undefined
  readonly items: readonly { readonly productId: number | undefined; readonly quantity: number }[]
}

/** What is not there is not_found with the reason order_not_found, user_not_found or product_not_found. */
export interface Orders extends Lists<Order, OrderFilter, OrderSortKey> {
  get(id: number): Promise<Order>
  /** Those of the orders that are there, by id. */
  getMany(ids: readonly number[]): Promise<ReadonlyMap<number, Order>>
  /** The same page of the orders of several users, by id: one look for all of them. */
  listOfUsers(userIds: readonly number[], page: PageNumber): Promise<ReadonlyMap<number, readonly Order[]>>
  /**
   * Places an order, once for each idempotency key: an equal request with the same key gets the first answer again.
   * @throws AppError invalid_argument with a violation for each wrong value; failed_precondition with the reason
   *   idempotency_key_reused
   */
  place(input: OrderInput, idempotencyKey?: string): Promise<PlacedOrder>
  /**
   * Cancels a placed order; what has the status already, or is given none, stays as it is.
   * @throws AppError failed_precondition with the reason version_mismatch or order_cancelled
   */
  update(id: number, changes: OrderChanges, condition?: Condition<Order>): Promise<Order>
}

export function createOrders(store: OrderStore, now: () => Date, idempotencyKeepMs: number): Orders {
  return {
    ...createLists(store),
    async get(id) {
      return found(await store.find(id), id)
    },
    getMany: async (ids) => byId(await store.findMany(ids)),
    async listOfUsers(userIds, { page, limit }) {
      const orders = await store.listOfUsers(userIds, { limit, offset: (page - 1) * limit })
      return Map.groupBy(orders, ({ userId }) => userId)
    },
    async place(input, idempotencyKey) {
      assertValid(violationsOf(input, idempotencyKey))
      const request = named(input)
      const time = now()
      const keptSince = new Date(time.getTime() - idempotencyKeepMs)
      const key = idempotencyKey === undefined ? undefined : { key: idempotencyKey, keptSince }
      return store.place(request, time, key, (userIsThere, products) => {
        if (!userIsThere) throw notFound('user', request.userId)
        return contentsOf(request, products)
      })
    },
    async update(id, { status }, condition) {
      const order = await store.update(id, now(), (current) => {
        if (condition?.(current) === false) throw versionMismatch()
        if (status === undefined || current.status === status) return current
        if (current.status === 'cancelled')
          throw new AppError('failed_precondition', 'the order is cancelled', { reason: 'order_cancelled' })
        return { ...current, status }
      })
      return found(order, id)
    },
  }
}

function found(order: Order | undefined, id: number): Order {
  if (order === undefined) throw notFound('order', id)
  return order
}

function named({ userId, items }: OrderInput): OrderRequest {
  if (userId === undefined) throw notFound('user')
  return {
    userId,
    items: items.map(({ productId, quantity }) => {
      if (productId === undefined) throw notFound('product')
      return { productId, quantity }
    }),
  }
}

function contentsOf({ items }: OrderRequest, products: ReadonlyMap<number, Product>): OrderContents {
  const priced = items.map(({ productId, quantity }) => {
    const product = products.get(productId)
    if (product === undefined) throw notFound('product', productId)
    return { productId, quantity, unitPrice: product.price }
  })
  const totalAmount = priced.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0)
  return { items: priced, totalAmount }
}

function violationsOf({ userId, items }: OrderInput, key: string | undefined) {
  return [
    userId !== undefined && !isId(userId) && { field: 'userId', description: ruleTexts.id },
    (items.length < 1 || items.length > itemsMax) && { field: 'items', description: ruleTexts.items },
    ...items
      .slice(0, itemsMax)
      .flatMap(({ productId, quantity }, i) => [
        productId !== undefined &&
          !isId(productId) && { field: `items[${i}].productId`, description: ruleTexts.id },
        !isQuantity(quantity) && { field: `items[${i}].quantity`, description: ruleTexts.quantity },
      ]),
    key !== undefined &&
      !isIdempotencyKey(key) && { field: 'idempotencyKey', description: ruleTexts.idempotencyKey },
  ]
}
