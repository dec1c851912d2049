import type { SagaTables } from '@polyservice-lab/service-kit/broker'
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Notification } from '../domain/notification.ts'

export interface Schema extends SagaTables {
  notifications: Notification
  /** One row: the id of the newest notification, whose lock puts ids into the order of commits. */
  newest: { id: number }
}

const createNotifications: Migration = {
  async up(db: Kysely<unknown>) {
    await sql
      .raw(`
        create table notifications (
          id bigint primary key,
          "customerId" text collate "C" not null,
          "orderId" uuid not null,
          kind text not null,
          reason text,
          text text not null,
          "createdAt" timestamptz(3) not null);
        create index notifications_of_customer on notifications ("customerId", id);
        create table newest (id bigint not null);
        insert into newest values (0)`)
      .execute(db)
  },
}

export const migrations = { '2026-11-25-create-notifications': createNotifications }

/** Forgets all notifications; ids grow on, so that streams that are open miss nothing. */
export async function clear(db: Kysely<Schema>): Promise<void> {
  await sql.raw('truncate notifications').execute(db)
}
