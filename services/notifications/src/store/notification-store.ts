import type { SagaDatabase, SagaTransaction } from '@polyservice-lab/service-kit/broker'
import { sql } from 'kysely'
import type { NotificationStore, OpenNotifications } from '../domain/notification-store.ts'
import type { Schema } from './tables.ts'

/** The notifications in their database. */
export function createNotificationStore(database: SagaDatabase<Schema>): NotificationStore {
  return {
    after: async (customerId, id, count) =>
      database.db
        .selectFrom('notifications')
        .selectAll()
        .where('customerId', '=', customerId)
        .where('id', '>', id)
        .orderBy('id')
        .limit(count)
        .execute(),

    async newest() {
      return (await database.db.selectFrom('newest').select('id').executeTakeFirstOrThrow()).id
    },
  }
}

/** The notifications as one transaction sees them. */
export function openNotifications({ db }: SagaTransaction<Schema>): OpenNotifications {
  return {
    async add(notification) {
      const { id } = await db
        .updateTable('newest')
        .set({ id: sql`id + 1` })
        .returning('id')
        .executeTakeFirstOrThrow()
      await db
        .insertInto('notifications')
        .values({ ...notification, id })
        .execute()
    },
  }
}
