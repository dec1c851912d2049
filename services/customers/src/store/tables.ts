import type { SagaTables } from '@polyservice-lab/service-kit/broker'
import { type Generated, type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { RefusalReason, Reservation } from '../domain/customers.ts'

export interface Schema extends SagaTables {
  customers: {
    position: Generated<number>
    id: string
    name: string
    creditLimit: number
    currency: string
    reserved: Generated<number>
    createdAt: Generated<Date>
    updatedAt: Generated<Date>
  }
  reservations: {
    position: Generated<number>
    orderId: string
    customerId: string
    amount: number
    currency: string
    state: Reservation['state']
    reason: RefusalReason | null
    createdAt: Generated<Date>
    updatedAt: Generated<Date>
  }
}

const createCustomers: Migration = {
  async up(db: Kysely<unknown>) {
    await sql
      .raw(`
        create table customers (
          position bigint generated always as identity unique,
          id text collate "C" primary key,
          name text not null,
          "creditLimit" bigint not null,
          currency text not null,
          reserved bigint not null default 0,
          "createdAt" timestamptz(3) not null default now(),
          "updatedAt" timestamptz(3) not null default now());
        create table reservations (
          position bigint generated always as identity unique,
          "orderId" uuid primary key,
          "customerId" text collate "C" not null,
          amount bigint not null,
          currency text not null,
          state text not null,
          reason text,
          "createdAt" timestamptz(3) not null default now(),
          "updatedAt" timestamptz(3) not null default now());
        create index reservations_of_customer on reservations ("customerId", position)`)
      .execute(db)
    await seed(db as Kysely<Schema>)
  },
}

export const migrations = { '2026-11-25-create-customers': createCustomers }

const customers = [
  { id: 'ada', name: 'Ada', creditLimit: 100_000, currency: 'EUR' },
  { id: 'bob', name: 'Bob', creditLimit: 5_000, currency: 'EUR' },
]

async function seed(db: Kysely<Schema>): Promise<void> {
  await db.insertInto('customers').values(customers).execute()
}

/** Puts the tables to the state of the first start. */
export async function clear(db: Kysely<Schema>): Promise<void> {
  await sql.raw('truncate customers, reservations restart identity').execute(db)
  await seed(db)
}
