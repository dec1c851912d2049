import type { ColumnType, Generated, Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { FailureReason, PaymentState } from '../domain/payment.ts'

/** Amounts are minor units; times are timestamptz(3). */
export interface ChargingTables {
  payments: {
    id: string
    /** In the order in which payments began. */
    position: Generated<number>
    orderId: ColumnType<string, string, never>
    customerId: string
    amount: number
    currency: string
    cardNumber: string | null
    state: PaymentState
    reason: FailureReason | null
    tries: number
    refundedAmount: number
    isRefundAsked: boolean
    wasTaken: boolean
    dueAt: Date | null
    traceparent: string
    createdAt: Date
    updatedAt: Date
  }
}

/** Makes the tables of `ChargingTables`. Nothing in it checks a value: what fails a check is printed with its row. */
export const chargingMigration: Migration = {
  async up(db: Kysely<unknown>) {
    await sql
      .raw(`
        create table payments (
          id uuid primary key,
          position bigint generated always as identity unique,
          "orderId" uuid not null unique,
          "customerId" text not null,
          amount bigint not null,
          currency text not null,
          "cardNumber" text,
          state text not null,
          reason text,
          tries bigint not null,
          "refundedAmount" bigint not null,
          "isRefundAsked" boolean not null,
          "wasTaken" boolean not null,
          "dueAt" timestamptz(3),
          traceparent text not null,
          "createdAt" timestamptz(3) not null,
          "updatedAt" timestamptz(3) not null);
        create index payments_due on payments ("dueAt") where "dueAt" is not null`)
      .execute(db)
  },
}
