import type { SagaDatabase, SagaTables, SagaTransaction } from '@polyservice-lab/service-kit/broker'
import type { Kysely, Selectable } from 'kysely'
import type { Payment, Told } from '../domain/payment.ts'
import type { Decide, ListedPayment, PaymentStore } from '../domain/payment-store.ts'
import type { ChargingTables } from './tables.ts'

type Schema = SagaTables & ChargingTables
type Transaction = SagaTransaction<Schema>

export interface PaymentStoreOptions {
  readonly database: SagaDatabase<Schema>
  /** Sends what is told of a payment, in the transaction of its change. */
  readonly tell: (transaction: Transaction, payment: Payment, told: readonly Told[]) => Promise<void>
  /** Called after the commit of a change. */
  readonly changed: (payment: Payment) => void
}

/** The payments in a database that has the tables of `ChargingTables`. */
export interface OpenPaymentStore extends PaymentStore {
  /** `change` in a transaction of the caller. */
  changeIn(transaction: Transaction, orderId: string, decide: Decide): Promise<Payment | undefined>
}

export function createPaymentStore({ database, tell, changed }: PaymentStoreOptions): OpenPaymentStore {
  async function changeIn(
    transaction: Transaction,
    orderId: string,
    decide: Decide,
  ): Promise<Payment | undefined> {
    const { db } = transaction
    const locked = db.selectFrom('payments').selectAll().where('orderId', '=', orderId).forUpdate()
    const row = await locked.executeTakeFirst()
    const current = row && toPayment(row)
    const decided = decide(current)
    if (decided === undefined) return current
    const { payment, told } = decided
    if (current === undefined && !(await insert(db, payment))) return changeIn(transaction, orderId, decide)
    if (current !== undefined && payment !== current) await update(db, payment)
    await tell(transaction, payment, told)
    if (payment !== current) transaction.afterCommit(() => changed(payment))
    return payment
  }

  return {
    changeIn,
    change: (orderId, decide) => database.transaction((t) => changeIn(t, orderId, decide)),
    async due(now, limit) {
      const waiting = database.db.selectFrom('payments').selectAll().where('dueAt', '<=', now)
      return (await waiting.orderBy('dueAt').limit(limit).execute()).map(toPayment)
    },
    async find(id) {
      const found = database.db.selectFrom('payments').selectAll().where('id', '=', id)
      const row = await found.executeTakeFirst()
      return row && toPayment(row)
    },
    async list({ orderId }, after, limit) {
      let listed = database.db.selectFrom('payments').selectAll().where('position', '>', after)
      if (orderId !== undefined) listed = listed.where('orderId', '=', orderId)
      return (await listed.orderBy('position').limit(limit).execute()).map(toPayment)
    },
    async countByState() {
      const counted = database.db
        .selectFrom('payments')
        .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
        .groupBy('state')
      return new Map((await counted.execute()).map(({ state, count }) => [state, count]))
    },
  }
}

/** @returns whether the order had no payment: of two at once, the second one finds that of the first */
async function insert(db: Kysely<Schema>, { amount, ...payment }: Payment): Promise<boolean> {
  const inserted = await db
    .insertInto('payments')
    .values({ ...payment, ...amount })
    .onConflict((conflict) => conflict.column('orderId').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

async function update(db: Kysely<Schema>, payment: Payment): Promise<void> {
  const { id, state, reason, tries, refundedAmount, isRefundAsked, wasTaken, dueAt, updatedAt } = payment
  await db
    .updateTable('payments')
    .set({ state, reason, tries, refundedAmount, isRefundAsked, wasTaken, dueAt, updatedAt })
    .where('id', '=', id)
    .execute()
}

function toPayment({ amount, currency, ...row }: Selectable<ChargingTables['payments']>): ListedPayment {
  return { ...row, amount: { amount, currency } }
}
