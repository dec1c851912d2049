import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { SagaDatabase, SagaTransaction } from '@polyservice-lab/service-kit/broker'
import { type Selectable, sql } from 'kysely'
import type { Customer, CustomerStore, KeptReservation, Ledger, Listed } from '../domain/customers.ts'
import type { Schema } from './tables.ts'

/** The customers in their database. */
export function createCustomerStore(database: SagaDatabase<Schema>): CustomerStore {
  return {
    async put(id, name, { amount: creditLimit, currency }) {
      const row = await database.db
        .insertInto('customers')
        .values({ id, name, creditLimit, currency })
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet({ name, creditLimit, updatedAt: sql`now()` })
            .whereRef('customers.currency', '=', 'excluded.currency'),
        )
        .returningAll()
        .returning(sql<boolean>`xmax = 0`.as('isNew'))
        .executeTakeFirst()
      if (row !== undefined) return { customer: customerOf(row), isNew: row.isNew }
      throw new AppError('failed_precondition', 'the currency of a customer does not change', {
        reason: 'currency_fixed',
      })
    },

    async find(id) {
      const row = await database.db
        .selectFrom('customers')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst()
      return row && customerOf(row)
    },

    async list({ after, count }) {
      const rows = await database.db
        .selectFrom('customers')
        .selectAll()
        .where('position', '>', after)
        .orderBy('position')
        .limit(count)
        .execute()
      return rows.map(customerOf)
    },

    async reservations(customerId, { after, count }) {
      const rows = await database.db
        .selectFrom('reservations')
        .selectAll()
        .where('customerId', '=', customerId)
        .where('position', '>', after)
        .orderBy('position')
        .limit(count)
        .execute()
      return rows.map(reservationOf)
    },

    async reservedByCurrency() {
      const rows = await database.db
        .selectFrom('customers')
        .select((select) => ['currency', select.fn.sum<string>('reserved').as('reserved')])
        .groupBy('currency')
        .execute()
      return new Map(rows.map(({ currency, reserved }) => [currency, Number(reserved)]))
    },
  }
}

/** The reservations as one transaction sees them. */
export function createLedger({ db }: SagaTransaction<Schema>): Ledger {
  return {
    async find(orderId) {
      const row = await db
        .selectFrom('reservations')
        .selectAll()
        .where('orderId', '=', orderId)
        .forUpdate()
        .executeTakeFirst()
      return row && reservationOf(row)
    },

    async lockCustomer(id) {
      const row = await db
        .selectFrom('customers')
        .selectAll()
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst()
      return row && customerOf(row)
    },

    async add({ orderId, customerId, amount: { amount, currency }, state, reason }) {
      const { numInsertedOrUpdatedRows: added } = await db
        .insertInto('reservations')
        .values({ orderId, customerId, amount, currency, state, reason })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow()
      if (!added) return false
      if (state === 'reserved') await reserveMore(customerId, amount)
      return true
    },

    async release({ orderId, customerId, amount: { amount } }) {
      await db
        .updateTable('reservations')
        .set({ state: 'released', updatedAt: sql`now()` })
        .where('orderId', '=', orderId)
        .execute()
      await reserveMore(customerId, -amount)
    },
  }

  async function reserveMore(customerId: string, amount: number): Promise<void> {
    await db
      .updateTable('customers')
      .set({ reserved: sql`reserved + ${amount}` })
      .where('id', '=', customerId)
      .execute()
  }
}

function customerOf(row: Selectable<Schema['customers']>): Listed<Customer> {
  const { creditLimit, currency, ...others } = row
  return { ...others, creditLimit: { amount: creditLimit, currency } }
}

function reservationOf(row: Selectable<Schema['reservations']>): Listed<KeptReservation> {
  const { amount, currency, ...others } = row
  return { ...others, amount: { amount, currency } }
}
