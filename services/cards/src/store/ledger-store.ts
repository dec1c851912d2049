import type { SagaDatabase } from '@polyservice-lab/service-kit/broker'
import type { Kysely, Selectable } from 'kysely'
import type { Account, NewEntry } from '../domain/account.ts'
import type { Ledger } from '../domain/ledger.ts'
import type { Schema } from './tables.ts'

export function createLedger(database: SagaDatabase<Schema>, now: () => Date): Ledger {
  return {
    change: (key, decide) =>
      database.transaction(async ({ db }) => {
        // Of two at once for a key that is new, the second one waits here for the end of the first.
        await db
          .insertInto('accounts')
          .values(emptyRow(key))
          .onConflict((c) => c.doNothing())
          .execute()
        const locked = db.selectFrom('accounts').selectAll().where('key', '=', key).forUpdate()
        const row = await locked.executeTakeFirstOrThrow()
        const current = row.orderId === unknownOrder ? undefined : toAccount(row)
        const change = decide(current)
        if (change.account !== current) await update(db, change.account)
        if (change.entry !== undefined) await append(db, change.entry, now())
        return change
      }),

    async list(orderId, afterId, limit) {
      let listed = database.db.selectFrom('entries').selectAll().where('id', '>', afterId)
      if (orderId !== undefined) listed = listed.where('orderId', '=', orderId)
      const rows = await listed.orderBy('id').limit(limit).execute()
      return rows.map(({ amount, currency, ...row }) => ({ ...row, amount: { amount, currency } }))
    },
  }
}

/** Of an account that nobody has asked anything of; no transaction leaves it so. */
const unknownOrder = '00000000-0000-0000-0000-000000000000'

function emptyRow(key: string): Selectable<Schema['accounts']> {
  const nothing = { cardNumber: null, amount: null, currency: null, outcome: null, chargeId: null }
  return { key, orderId: unknownOrder, ...nothing, declineReason: null, calls: 0, isRefunded: false }
}

function toAccount({ amount, currency, ...row }: Selectable<Schema['accounts']>): Account {
  return { ...row, amount: amount === null || currency === null ? null : { amount, currency } }
}

async function update(db: Kysely<Schema>, { key, amount, ...account }: Account): Promise<void> {
  const row = { ...account, amount: amount?.amount ?? null, currency: amount?.currency ?? null }
  await db.updateTable('accounts').set(row).where('key', '=', key).execute()
}

/** The number is taken last: a line that is committed later has a larger one, so that readers miss none. */
async function append(db: Kysely<Schema>, { amount, ...entry }: NewEntry, time: Date): Promise<void> {
  const { lastId } = await db
    .updateTable('ledger')
    .set(({ eb }) => ({ lastId: eb('lastId', '+', 1) }))
    .returning('lastId')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('entries')
    .values({ ...entry, ...amount, id: lastId, time })
    .execute()
}
