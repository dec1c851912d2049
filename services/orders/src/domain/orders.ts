import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { End, NewOrder, Order, Request } from './order.ts'
import type { HistoryEntry, ListOptions, OpenOrders, OrderStore } from './order-store.ts'

export interface OrdersOptions {
  readonly store: OrderStore
  readonly newId: () => string
  readonly now: () => Date
}

interface Placed {
  readonly order: Order
  /** Whether the same request had placed it before. */
  readonly isReplayed: boolean
}

/** What can be done with orders. */
export interface Orders {
  /** @throws AppError invalid_argument, reason idempotency_key_reused; unavailable */
  place(order: NewOrder, request: Request): Promise<Placed>
  /** @throws AppError not_found; failed_precondition, reason order_not_pending */
  cancel(id: string): Promise<Order>
  /**
   * Ends an order within a transaction; one that has ended stays as it is.
   * @param trace of what it follows from
   * @throws Error where there is no such order
   */
  end(orders: OpenOrders, id: string, end: End, trace: string): Promise<void>
  /** @throws AppError not_found */
  find(id: string): Promise<Order>
  list(options: ListOptions): ReturnType<OrderStore['list']>
  /** @throws AppError not_found */
  history(id: string): Promise<readonly HistoryEntry[]>
}

const notFound = () => new AppError('not_found', 'there is no such order')

export function createOrders({ store, newId, now }: OrdersOptions): Orders {
  async function find(id: string): Promise<Order> {
    const order = await store.find(id)
    if (order === undefined) throw notFound()
    return order
  }

  return {
    place: (placed, request) =>
      store.transaction(async (orders) => {
        for (;;) {
          const before = await orders.findByKey(request.key)
          if (before !== undefined) {
            if (before.fingerprint !== request.fingerprint) throw keyReused()
            return { order: before.order, isReplayed: true }
          }
          store.checkRoom()
          const order = newOrder(placed, newId(), now())
          if (await orders.place(order, placed, request)) return { order, isReplayed: false }
        }
      }),

    cancel: (id) =>
      store.transaction(async (orders) => {
        const found = await orders.lock(id)
        if (found === undefined) throw notFound()
        const { order, trace } = found
        if (order.state === 'rejected' && order.reason === 'cancelled') return order
        if (order.state !== 'pending')
          throw new AppError('failed_precondition', `the order is ${order.state}`, {
            reason: 'order_not_pending',
          })
        store.checkRoom()
        return orders.end(order, { state: 'rejected', reason: 'cancelled' }, now(), trace)
      }),

    async end(orders, id, end, trace) {
      const found = await orders.lock(id)
      if (found === undefined) throw new Error('there is no such order')
      if (found.order.state === 'pending') await orders.end(found.order, end, now(), trace)
    },

    find,
    list: (options) => store.list(options),
    async history(id) {
      await find(id)
      return store.history(id)
    },
  }
}

function keyReused(): AppError {
  return new AppError('invalid_argument', 'the key belongs to a request with another body', {
    reason: 'idempotency_key_reused',
  })
}

function newOrder({ customerId, total, items, cardNumber, note }: NewOrder, id: string, at: Date): Order {
  return {
    ...{ id, customerId, total, items },
    card: `************${cardNumber.slice(-4)}`,
    note: note ?? null,
    ...{ state: 'pending', reason: null, version: 1, createdAt: at, updatedAt: at },
  }
}
