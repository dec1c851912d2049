import type { SagaTables } from '@polyservice-lab/service-kit/broker'
import { type Generated, type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Order, Reason } from '../domain/order.ts'

export interface Schema extends SagaTables {
  orders: {
    position: Generated<number>
    id: string
    customerId: string
    amount: number
    currency: string
    /** JSON. */
    items: string | null
    card: string
    note: string | null
    state: Order['state']
    reason: Reason | null
    version: 1 | 2
    idempotencyKey: string
    fingerprint: string
    trace: string
    createdAt: Date
    updatedAt: Date
  }
  history: {
    id: string
    orderId: string
    type: string
    source: string
    time: string
    traceparent: string
    /** JSON, the card masked. */
    data: string
  }
}

const createOrders: Migration = {
  async up(db: Kysely<unknown>) {
    await sql
      .raw(`
        create table orders (
          position bigint generated always as identity unique,
          id uuid primary key,
          "customerId" text collate "C" not null,
          amount bigint not null,
          currency text not null,
          items text,
          card text not null,
          note text,
          state text not null,
          reason text,
          version int not null,
          "idempotencyKey" text collate "C" not null unique,
          fingerprint text not null,
          trace text not null,
          "createdAt" timestamptz(3) not null,
          "updatedAt" timestamptz(3) not null);
        create index orders_of_customer on orders ("customerId", position);
        create index orders_in_state on orders (state, position);
        create table history (
          id uuid primary key,
          "orderId" uuid not null,
          type text not null,
          source text not null,
          time text not null,
          traceparent text not null,
          data text not null);
        create index history_of_order on history ("orderId")`)
      .execute(db)
  },
}

export const migrations = { '2026-11-25-create-orders': createOrders }

/** Puts the tables to the state of the first start. */
export async function clear(db: Kysely<Schema>): Promise<void> {
  await sql.raw('truncate orders, history restart identity').execute(db)
}
