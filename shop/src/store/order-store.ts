import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Postgres } from '@polyservice-lab/service-kit/postgres'
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { Order } from '../domain/entities.ts'
import type {
  IdempotencyKey,
  OrderContents,
  OrderFilter,
  OrderRequest,
  OrderSortKey,
  OrderStore,
} from '../domain/store.ts'
import { type AppendEvent, revive } from './feed-store.ts'
import type { Schema } from './schema.ts'
import { byNumber, byTime, isAfter, orderOf, type SortColumns } from './select-window.ts'

const columns: SortColumns<OrderSortKey> = {
  id: byNumber('id'),
  createdAt: byTime('createdAt'),
  totalAmount: byNumber('totalAmount'),
}
/** How many keys that are forgotten go with each one that comes. */
const forgottenMax = 10

export function createOrderStore({ db, transaction }: Postgres<Schema>, append: AppendEvent): OrderStore {
  function select({ userId, status }: OrderFilter) {
    let query = db.selectFrom('orders')
    if (userId !== undefined) query = query.where('userId', '=', userId)
    if (status !== undefined) query = query.where('status', '=', status)
    return query
  }
  return {
    async find(id) {
      const row = await db.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirst()
      return row && (await withItems(db, [row]))[0]
    },
    async findMany(ids) {
      if (ids.length === 0) return []
      return withItems(db, await db.selectFrom('orders').selectAll().where('id', 'in', ids).execute())
    },
    async listOfUsers(userIds, { limit, offset }) {
      const { rows } = await sql<Selectable<Schema['orders']>>`
        select "order".* from unnest(${userIds}::bigint[]) as asked
          cross join lateral (select * from orders where "userId" = asked
            order by id limit ${limit}::int offset ${offset}::bigint) as "order"
        order by "order".id`.execute(db)
      return withItems(db, rows)
    },
    async list({ filter, sort }, { limit, offset = 0, after }) {
      const query = select(filter).selectAll().orderBy(orderOf(sort, columns)).limit(limit).offset(offset)
      const rows = await (after === undefined ? query : query.where(isAfter(sort, columns, after))).execute()
      return withItems(db, rows)
    },
    async count(filter) {
      const counted = select(filter).select(({ fn }) => fn.countAll<number>().as('total'))
      return (await counted.executeTakeFirstOrThrow()).total
    },
    place: (request, now, key, contents) =>
      transaction(async (t) => {
        const order = contents(...(await readNamed(t, request)))
        if (key !== undefined) {
          const placed = await takeKey(t, request, now, key)
          if (placed !== undefined) return { order: placed, isReplay: true }
        }
        const placed = await insert(t, request.userId, now, order)
        if (key !== undefined) {
          const set = t.updateTable('idempotencyKeys').set({ order: JSON.stringify(placed) })
          await set.where('key', '=', key.key).execute()
        }
        await append(t, now, { type: 'order.placed', data: placed })
        return { order: placed, isReplay: false }
      }),
    update: (id, now, change) =>
      transaction(async (t) => {
        const locked = t.selectFrom('orders').selectAll().where('id', '=', id).forUpdate()
        const [current] = await withItems(t, await locked.execute())
        if (current === undefined) return undefined
        const next = change(current)
        if (next === current) return current
        await t.updateTable('orders').set({ status: next.status }).where('id', '=', id).execute()
        await append(t, now, { type: 'order.cancelled', data: next })
        return next
      }),
  }
}

/** The user stays until the end of the transaction: an order and the deletion of its user do not meet. */
async function readNamed(t: Transaction<Schema>, { userId, items }: OrderRequest) {
  const user = await t
    .selectFrom('users')
    .select('id')
    .where('id', '=', userId)
    .forKeyShare()
    .executeTakeFirst()
  const ids = [...new Set(items.map(({ productId }) => productId))]
  const found = await t
    .selectFrom('products')
    .select(['id', 'name', 'price'])
    .where('id', 'in', ids)
    .execute()
  return [user !== undefined, new Map(found.map((product) => [product.id, product]))] as const
}

/**
 * Takes a key for this request; the second of two at once waits for the end of the first.
 * @returns the order that was placed with the key before
 */
async function takeKey(
  t: Transaction<Schema>,
  { userId, items }: OrderRequest,
  now: Date,
  { key, keptSince }: IdempotencyKey,
): Promise<Order | undefined> {
  const request = JSON.stringify([userId, ...items.map(({ productId, quantity }) => [productId, quantity])])
  const taken = await t
    .insertInto('idempotencyKeys')
    .values({ key, request, placedAt: now, order: null })
    .onConflict((conflict) =>
      conflict
        .column('key')
        .doUpdateSet({ request, placedAt: now })
        .where('idempotencyKeys.placedAt', '<', keptSince),
    )
    .returning('key')
    .executeTakeFirst()
  if (taken !== undefined) {
    await sql`
      delete from "idempotencyKeys" where key in (select key from "idempotencyKeys" where "placedAt" < ${keptSince}
        order by "placedAt" limit ${forgottenMax} for update skip locked)`.execute(t)
    return undefined
  }
  const known = await t
    .selectFrom('idempotencyKeys')
    .selectAll()
    .where('key', '=', key)
    .executeTakeFirstOrThrow()
  if (known.request !== request || known.order === null)
    throw new AppError('failed_precondition', 'the idempotency key was used with another request', {
      reason: 'idempotency_key_reused',
    })
  return revive(known.order) as Order
}

async function insert(
  t: Transaction<Schema>,
  userId: number,
  createdAt: Date,
  { items, totalAmount }: OrderContents,
): Promise<Order> {
  const { rows } = await sql<{ id: number }>`
    select nextval('"orderIds"') as id
    union all select nextval('"itemIds"') from generate_series(1, ${items.length}::int)`.execute(t)
  const [id = 0, ...itemIds] = rows.map((row) => row.id)
  const numbered = items.map((item, i) => ({ id: itemIds[i] ?? 0, ...item }))
  const order = { id, userId, createdAt, status: 'placed' as const, totalAmount }
  await t.insertInto('orders').values(order).execute()
  await t
    .insertInto('orderItems')
    .values(numbered.map((item) => ({ ...item, orderId: id })))
    .execute()
  return { ...order, items: numbered }
}

async function withItems(
  db: Kysely<Schema>,
  rows: readonly Selectable<Schema['orders']>[],
): Promise<Order[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  // Ids of items grow in the order in which they were given.
  const all = await db
    .selectFrom('orderItems')
    .selectAll()
    .where('orderId', 'in', ids)
    .orderBy('id')
    .execute()
  const itemsOf = Map.groupBy(all, ({ orderId }) => orderId)
  return rows.map((row) => ({
    ...row,
    items: (itemsOf.get(row.id) ?? []).map(({ orderId, ...item }) => item),
  }))
}
