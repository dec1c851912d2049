import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt'
import type * as wire from '@polyservice-lab/contracts/shop/grpc'
import { OrderStatus, Role } from '@polyservice-lab/contracts/shop/grpc'
import type { Order, Product, User } from './shop-client.ts'

/** One change of the shop: what it is about stands in `data`, a deleted user as it last was. */
export type FeedEvent = {
  /** 1, 2, 3 and so on, in the order of commit. */
  readonly seq: number
  /** UTC with milliseconds. */
  readonly time: string
} & (
  | { readonly type: 'user.created' | 'user.updated' | 'user.deleted'; readonly data: User }
  | { readonly type: 'order.placed' | 'order.cancelled'; readonly data: Order }
)

/** The number that stands for a status in a request; none for every status. */
export function toOrderStatus(status: Order['status'] | undefined): OrderStatus {
  if (status === undefined) return OrderStatus.UNSPECIFIED
  return status === 'placed' ? OrderStatus.PLACED : OrderStatus.CANCELLED
}

export function fromUser({ id, name, email, role, createTime, version }: wire.User): User {
  return {
    ...{ id: Number(id), name, email },
    role: role === Role.ADMIN ? 'admin' : 'user',
    createdAt: fromTime(createTime),
    version: Number(version),
  }
}

export function fromProduct({ id, name, price }: wire.Product): Product {
  return { id: Number(id), name, price: fromMoney(price) }
}

export function fromOrder({ id, userId, createTime, status, items, totalAmount }: wire.Order): Order {
  return {
    id: Number(id),
    userId: Number(userId),
    createdAt: fromTime(createTime),
    status: status === OrderStatus.CANCELLED ? 'cancelled' : 'placed',
    items: items.map((item) => ({
      id: Number(item.id),
      productId: Number(item.productId),
      quantity: item.quantity,
      unitPrice: fromMoney(item.unitPrice),
    })),
    totalAmount: fromMoney(totalAmount),
  }
}

/** An event; undefined for one that is about something that a later contract has. */
export function fromEvent({ seq, type, time, data }: wire.Event): FeedEvent | undefined {
  if (data.case === undefined) return undefined
  const entity = data.case === 'user' ? fromUser(data.value) : fromOrder(data.value)
  return { seq: Number(seq), time: fromTime(time), type, data: entity } as FeedEvent
}

function fromTime(time: Timestamp | undefined): string {
  return time === undefined ? '' : timestampDate(time).toISOString()
}

/** Euros, exact to the cent. */
function fromMoney(money: wire.Money | undefined): number {
  if (money === undefined) return 0
  return (Number(money.units) * 100 + money.nanos / 10_000_000) / 100
}
