import { type Kysely, sql } from 'kysely'
import type { LoginFailures } from '../domain/authentication.ts'
import type { SharedSchema } from './schema.ts'

/** Counts in the database, by its clock: several processes set one limit together. */
export function createSharedLoginFailures(db: Kysely<SharedSchema>): LoginFailures {
  const left = (perMinute: number) => sql<number>`greatest(0, "loginFailures"."failures"
    - extract(epoch from now() - "loginFailures"."updatedAt")::float8 * ${perMinute}::float8 / 60)`
  return {
    async count(key, perMinute) {
      const rows = db
        .selectFrom('loginFailures')
        .select(left(perMinute).as('failures'))
        .where('key', '=', key)
      return (await rows.executeTakeFirst())?.failures ?? 0
    },
    async add(key, perMinute) {
      const now = sql<Date>`now()`
      await db
        .insertInto('loginFailures')
        .values({ key, failures: 1, updatedAt: now })
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet({ failures: sql`${left(perMinute)} + 1`, updatedAt: now }),
        )
        .execute()
      // After a minute a count is 0. What another process is about to count is left to it.
      await sql`delete from "loginFailures" where "key" in (select "key" from "loginFailures"
        where "updatedAt" < now() - interval '1 minute' limit 100 for update skip locked)`.execute(db)
    },
  }
}
