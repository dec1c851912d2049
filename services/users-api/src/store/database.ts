import type { Kysely, RawBuilder, Transaction } from 'kysely'
import type { Schema } from './schema.ts'

/** A database of either kind: what is not alike in both, beside the SQL that is. */
export interface Database {
  readonly db: Kysely<Schema>
  /** Runs as if it were alone, or not at all; it may run again, and has no effect but through its transaction. */
  transaction<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T>
  /** The number of a new row: greater than that of every row before it. */
  nextNumber(table: 'courses' | 'exercises'): RawBuilder<bigint>
  /** Whether another row has the same key. */
  isUniqueViolation(error: unknown): boolean
  /** Whether a row refers to one that is not there, or that still is. */
  isForeignKeyViolation(error: unknown): boolean
  /** Whether a row can hold a text as it is: one that is not storable is in no row. */
  isStorable(text: string): boolean
  /** Whether other processes write at the same time, so that what a transaction relies on has to be locked. */
  readonly isShared: boolean
}
