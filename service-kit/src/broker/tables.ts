import { type Generated, type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** The tables that every service of the wing has in its database, beside its own. */
export interface SagaTables {
  /** Messages that are to be sent, in the order of writing; a row goes at the confirm of the broker. */
  outbox: {
    seq: Generated<number>
    exchange: string
    routingKey: string
    messageId: string | null
    type: string | null
    contentType: string | null
    body: Buffer
  }
  /** Messages that had their effect. */
  inbox: { queue: string; id: string; receivedAt: Generated<Date> }
  /** The version of each order whose event had its effect last. */
  orderVersions: { orderId: string; version: number }
  /** Events whose order has not come to the version before theirs. */
  heldMessages: { orderId: string; version: number; body: string }
}

const createSagaTables: Migration = {
  async up(db: Kysely<unknown>) {
    await sql
      .raw(`
        create table outbox (
          seq bigint generated always as identity primary key,
          exchange text not null,
          "routingKey" text not null,
          "messageId" text,
          type text,
          "contentType" text,
          body bytea not null);
        create table inbox (
          queue text not null,
          id uuid not null,
          "receivedAt" timestamptz(3) not null default now(),
          primary key (id, queue));
        create index inbox_received on inbox ("receivedAt");
        create table "orderVersions" ("orderId" uuid primary key, version int not null);
        create table "heldMessages" (
          "orderId" uuid not null,
          version int not null,
          body text not null,
          primary key ("orderId", version))`)
      .execute(db)
  },
}

export const sagaMigrations = { '2026-11-25-create-saga-tables': createSagaTables }

/** Empties the tables; what was to be sent is not sent. */
export async function clearSagaTables(db: Kysely<SagaTables>): Promise<void> {
  await sql.raw('truncate outbox, inbox, "orderVersions", "heldMessages"').execute(db)
}
