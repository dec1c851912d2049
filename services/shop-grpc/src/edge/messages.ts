import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { type EventSchema, OrderStatus, Role } from '@polyservice-lab/contracts/shop/grpc'
import type { Cents, Order, Product, ShopEvent, User } from '@polyservice-lab/shop'

const roles = { user: Role.USER, admin: Role.ADMIN } as const satisfies Record<User['role'], Role>

const orderStatuses = {
  placed: OrderStatus.PLACED,
  cancelled: OrderStatus.CANCELLED,
} as const satisfies Record<Order['status'], OrderStatus>

/** The status of an order that a number stands for; undefined where it is none. */
export function orderStatusOf(number: OrderStatus): Order['status'] | undefined {
  return (['placed', 'cancelled'] as const).find((status) => orderStatuses[status] === number)
}

/** A user as user.UserService knows one. */
export function toNamedUser({ id, name, email }: User) {
  return { id: String(id), name, email }
}

export function toUser({ id, name, email, role, createdAt, version }: User) {
  const createTime = timestampFromDate(createdAt)
  return { id: BigInt(id), name, email, role: roles[role], createTime, version: BigInt(version) }
}

export function toProduct({ id, name, price }: Product) {
  return { id: BigInt(id), name, price: toMoney(price) }
}

export function toOrder({ id, userId, createdAt, status, items, totalAmount }: Order) {
  return {
    id: BigInt(id),
    userId: BigInt(userId),
    createTime: timestampFromDate(createdAt),
    status: orderStatuses[status],
    items: items.map((item) => ({
      id: BigInt(item.id),
      productId: BigInt(item.productId),
      quantity: item.quantity,
      unitPrice: toMoney(item.unitPrice),
    })),
    totalAmount: toMoney(totalAmount),
  }
}

export function toEvent({ seq, type, time, data }: ShopEvent): MessageInitShape<typeof EventSchema> {
  return {
    seq: BigInt(seq),
    type,
    time: timestampFromDate(time),
    data: 'userId' in data ? { case: 'order', value: toOrder(data) } : { case: 'user', value: toUser(data) },
  }
}

function toMoney(cents: Cents) {
  const units = Math.trunc(cents / 100)
  return { currencyCode: 'EUR', units: BigInt(units), nanos: (cents % 100) * 10_000_000 }
}
