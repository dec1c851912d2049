import { type ChargingTables, chargingMigration } from '@polyservice-lab/charging'
import type { SagaTables } from '@polyservice-lab/service-kit/broker'
import { type Kysely, sql } from 'kysely'

export interface Schema extends SagaTables, ChargingTables {}

export const migrations = { '2026-11-25-create-payments': chargingMigration }

/** Puts everything back to the first start. */
export async function clear(db: Kysely<Schema>): Promise<void> {
  await sql.raw('truncate payments').execute(db)
}
