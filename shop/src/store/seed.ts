import { type Kysely, sql } from 'kysely'
import type { Role } from '../domain/entities.ts'
import { foldCase } from '../domain/rules.ts'
import type { Schema } from './schema.ts'

const day = (date: string) => new Date(`${date}T00:00:00.000Z`)

const user = (id: number, name: string, email: string, role: Role, date: string) => ({
  ...{ id, name, email, role, version: 1, createdAt: day(date) },
  ...{ nameFolded: foldCase(name), emailFolded: foldCase(email) },
})

const product = (id: number, name: string, price: number) => ({
  ...{ id, name, price, nameFolded: foldCase(name) },
})

const order = (id: number, userId: number, date: string, totalAmount: number) => ({
  ...{ id, userId, createdAt: day(date), status: 'placed' as const, totalAmount },
})

const item = (id: number, orderId: number, productId: number, quantity: number, unitPrice: number) => ({
  ...{ id, orderId, productId, quantity, unitPrice },
})

export const products = [
  product(301, 'Laptop', 50_00),
  product(302, 'Mouse', 25_50),
  product(303, 'Keyboard', 49_99),
  product(304, 'Monitor', 199_00),
  product(305, 'Cable', 3_10),
  product(306, 'Чехол', 9_90),
  product(307, 'Headset', 49_99),
  product(308, 'Adapter "A&B" <C>', 29),
  product(309, 'Server', 12_345_678_90),
  product(310, 'Sticker', 1),
]

const users = [
  user(1, 'Alice', 'alice@example.com', 'admin', '2024-01-01'),
  user(2, 'Bob', 'bob@example.com', 'user', '2024-01-02'),
  user(123, 'John Doe', 'john@example.com', 'user', '2024-01-03'),
]

const orders = [
  order(101, 1, '2024-02-01', 125_50),
  order(102, 2, '2024-02-02', 50_00),
  order(456, 123, '2024-02-03', 101_00),
]

const orderItems = [
  item(201, 101, 301, 2, 50_00),
  item(202, 101, 302, 1, 25_50),
  item(203, 102, 301, 1, 50_00),
  item(204, 456, 301, 1, 50_00),
  item(205, 456, 302, 2, 25_50),
]

/** Puts the users and orders of the first start into empty tables, and the counters behind them. */
export async function seed(db: Kysely<Schema>): Promise<void> {
  await db.insertInto('users').values(users).execute()
  await db.insertInto('orders').values(orders).execute()
  await db.insertInto('orderItems').values(orderItems).execute()
  await sql
    .raw(`
      alter sequence "userIds" restart with 124;
      alter sequence "orderIds" restart with 457;
      alter sequence "itemIds" restart with 206`)
    .execute(db)
}

/** Puts everything back to the first start, but for the key that signs tokens. */
export async function reset(db: Kysely<Schema>): Promise<void> {
  await sql.raw('truncate users, orders, "orderItems", events, "idempotencyKeys"').execute(db)
  await db.updateTable('feed').set({ seq: 0 }).execute()
  await seed(db)
}
