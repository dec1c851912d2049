import type { CardNumber } from '@polyservice-lab/contracts/order-saga'
import type { SagaDatabase, SagaTransaction } from '@polyservice-lab/service-kit/broker'
import type { Selectable } from 'kysely'
import type { Order } from '../domain/order.ts'
import type { OpenOrders, OrderStore, PlacedOrder } from '../domain/order-store.ts'
import type { Schema } from './tables.ts'

/** The orders in their database. */
export function createOrderStore(database: SagaDatabase<Schema>): OrderStore {
  return {
    transaction: (work) => database.transaction((transaction) => work(openOrders(transaction))),
    checkRoom: () => database.checkOutbox(),

    async find(id) {
      const row = await database.db.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirst()
      return row && orderOf(row)
    },

    async list({ customerId, state, after, count }) {
      let query = database.db.selectFrom('orders').selectAll().where('position', '>', after)
      if (customerId !== undefined) query = query.where('customerId', '=', customerId)
      if (state !== undefined) query = query.where('state', '=', state)
      const rows = await query.orderBy('position').limit(count).execute()
      return rows.map((row) => ({ ...orderOf(row), position: row.position }))
    },

    async history(orderId) {
      const rows = await database.db
        .selectFrom('history')
        .selectAll()
        .where('orderId', '=', orderId)
        .orderBy('time')
        .orderBy('id')
        .execute()
      return rows.map((row) => ({ ...row, data: JSON.parse(row.data) }))
    },

    async countByState() {
      const rows = await database.db
        .selectFrom('orders')
        .select((select) => ['state', select.fn.countAll<number>().as('count')])
        .groupBy('state')
        .execute()
      return new Map(rows.map(({ state, count }) => [state, count]))
    },
  }
}

/** The orders as one transaction sees them: a change and what is told of it are one. */
export function openOrders({ db, send }: SagaTransaction<Schema>): OpenOrders {
  return {
    async findByKey(key) {
      const row = await db
        .selectFrom('orders')
        .selectAll()
        .where('idempotencyKey', '=', key)
        .executeTakeFirst()
      return row && placedOf(row)
    },

    async place(order, { cardNumber }, { key, fingerprint, trace }) {
      const { total, items, ...others } = order
      const { numInsertedOrUpdatedRows: added } = await db
        .insertInto('orders')
        .values({
          ...others,
          ...total,
          items: items === undefined ? null : JSON.stringify(items),
          idempotencyKey: key,
          ...{ fingerprint, trace },
        })
        .onConflict((conflict) => conflict.column('idempotencyKey').doNothing())
        .executeTakeFirstOrThrow()
      if (!added) return false
      const { id: subject, customerId } = order
      const what = items === undefined ? {} : { items: [...items] }
      const data = { version: 1 as const, customerId, total, ...what, cardNumber: cardNumber as CardNumber }
      await send({ type: 'order.placed', subject, parent: trace, data })
      return true
    },

    async lock(id) {
      const row = await db
        .selectFrom('orders')
        .selectAll()
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst()
      return row && placedOf(row)
    },

    async end(order, end, updatedAt, parent) {
      const { id: subject, customerId, total } = order
      const reason = end.state === 'rejected' ? end.reason : null
      const change = { state: end.state, reason, version: 2, updatedAt } as const
      await db.updateTable('orders').set(change).where('id', '=', subject).execute()
      const data = { version: 2 as const, customerId, total }
      if (reason === null) await send({ type: 'order.approved', subject, parent, data })
      else await send({ type: 'order.rejected', subject, parent, data: { ...data, reason } })
      return { ...order, ...change }
    },

    async record(entry) {
      await db
        .insertInto('history')
        .values({ ...entry, data: JSON.stringify(entry.data) })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
  }
}

function orderOf(row: Selectable<Schema['orders']>): Order {
  const { id, customerId, amount, currency, items, card, note, state, reason, version } = row
  const { createdAt, updatedAt } = row
  return {
    ...{ id, customerId, total: { amount, currency } },
    items: items === null ? undefined : JSON.parse(items),
    ...{ card, note, state, reason, version, createdAt, updatedAt },
  }
}

function placedOf(row: Selectable<Schema['orders']>): PlacedOrder {
  return { order: orderOf(row), fingerprint: row.fingerprint, trace: row.trace }
}
