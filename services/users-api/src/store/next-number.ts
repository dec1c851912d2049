import { type RawBuilder, sql } from 'kysely'

/** The number of a new row: one more than the greatest. */
export function nextNumber(table: 'courses' | 'exercises'): RawBuilder<bigint> {
  return sql`(select coalesce(max("number"), 0) + 1 from ${sql.table(table)})`
}
