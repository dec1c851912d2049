import type { ColumnType, Generated } from 'kysely'
import type { OrderStatus, Role, ShopChange } from '../domain/entities.ts'

/** Integers are bigint in the database; times are timestamptz(3). Columns that end in Folded hold `foldCase` of another. */
export interface Schema {
  users: {
    id: number
    name: string
    nameFolded: string
    email: string
    emailFolded: string
    role: Role
    createdAt: Date
    version: number
  }
  products: { id: number; name: string; nameFolded: string; price: number }
  orders: { id: number; userId: number; createdAt: Date; status: OrderStatus; totalAmount: number }
  orderItems: { id: number; orderId: number; productId: number; quantity: number; unitPrice: number }
  events: {
    seq: number
    type: ShopChange['type']
    time: Date
    /** The entity as JSON, its times as texts. */
    data: ColumnType<Record<string, unknown>, string, never>
  }
  /** One row: the number of the newest event. */
  feed: { one: Generated<true>; seq: number }
  idempotencyKeys: {
    key: string
    request: string
    placedAt: Date
    order: ColumnType<Record<string, unknown> | null, string | null, string>
  }
  secrets: { name: string; value: Buffer }
}
