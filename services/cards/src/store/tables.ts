import { type ChargingTables, chargingMigration } from '@polyservice-lab/charging'
import type { SagaTables } from '@polyservice-lab/service-kit/broker'
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { DeclineReason, NewEntry } from '../domain/account.ts'

/** Amounts are minor units; times are timestamptz(3). The payments are those of the choreography. */
export interface Schema extends SagaTables, ChargingTables {
  accounts: {
    key: string
    orderId: string
    cardNumber: string | null
    amount: number | null
    currency: string | null
    outcome: 'charged' | 'declined' | null
    chargeId: string | null
    declineReason: DeclineReason | null
    calls: number
    isRefunded: boolean
  }
  entries: {
    id: number
    kind: NewEntry['kind']
    key: string
    orderId: string
    chargeId: string
    amount: number
    currency: string
    cardNumber: string
    time: Date
  }
  /** One row: the number of the newest line. */
  ledger: { lastId: number }
}

const createLedger: Migration = {
  async up(db: Kysely<unknown>) {
    await sql
      .raw(`
        create table accounts (
          key uuid primary key,
          "orderId" uuid not null,
          "cardNumber" text,
          amount bigint,
          currency text,
          outcome text,
          "chargeId" uuid,
          "declineReason" text,
          calls bigint not null,
          "isRefunded" boolean not null);
        create table entries (
          id bigint primary key,
          kind text not null,
          key uuid not null,
          "orderId" uuid not null,
          "chargeId" uuid not null,
          amount bigint not null,
          currency text not null,
          "cardNumber" text not null,
          time timestamptz(3) not null);
        create index entries_order on entries ("orderId", id);
        create table ledger ("lastId" bigint not null);
        insert into ledger values (0)`)
      .execute(db)
  },
}

export const migrations = {
  '2026-11-25-create-ledger': createLedger,
  '2026-11-25-create-payments': chargingMigration,
}

/** Puts everything back to the first start. */
export async function clear(db: Kysely<Schema>): Promise<void> {
  await sql.raw('truncate accounts, entries, payments').execute(db)
  await db.updateTable('ledger').set({ lastId: 0 }).execute()
}
