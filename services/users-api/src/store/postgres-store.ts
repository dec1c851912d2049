import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger, Metrics } from '@polyservice-lab/service-kit'
import {
  isForeignKeyViolation,
  isStorable,
  isUniqueViolation,
  openPostgres,
  type Postgres,
} from '@polyservice-lab/service-kit/postgres'
import { type Kysely, sql } from 'kysely'
import type { Database } from './database.ts'
import { DatabaseBlobs } from './database-blobs.ts'
import { createSharedLoginFailures } from './login-failures.ts'
import { postgresMigrations } from './migrations.ts'
import { createRows, type OpenStore } from './open-store.ts'
import type { Schema, SharedSchema } from './schema.ts'

export interface PostgresStoreOptions {
  readonly url: string
  /** Where uploads are gathered, and copies of files are kept to send them. */
  readonly dataDir: string
  readonly logger: Logger
  readonly metrics: Metrics
}

/** Everything in one PostgreSQL database, so that several processes on it behave as one. */
export async function openPostgresStore({ url, dataDir, ...deps }: PostgresStoreOptions): Promise<OpenStore> {
  const postgres = await openPostgres<SharedSchema>({
    url,
    applicationName: 'users-api',
    migrations: postgresMigrations,
    bigints: true,
    ...deps,
  })
  const blobs = new DatabaseBlobs(postgres, join(dataDir, 'copies'))
  await mkdir(dataDir, { recursive: true })
  await blobs.sweep()
  const rows = createRows(databaseOf(postgres), blobs)
  return {
    ...rows,
    async clear() {
      await rows.clear()
      await postgres.db.deleteFrom('loginFailures').execute()
    },
    loginFailures: createSharedLoginFailures(postgres.db),
    isReady: () => postgres.isReady(),
    async secretKey(candidate) {
      await postgres.db
        .insertInto('secrets')
        .values({ name: secretName, value: candidate })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const secrets = postgres.db.selectFrom('secrets').select('value').where('name', '=', secretName)
      return (await secrets.executeTakeFirstOrThrow()).value
    },
    [Symbol.asyncDispose]: () => postgres[Symbol.asyncDispose](),
  }
}

const secretName = 'jwt-secret-key'

function databaseOf(postgres: Postgres<SharedSchema>): Database {
  return {
    // The stores of rows do not know what is shared beside them.
    db: postgres.db as unknown as Kysely<Schema>,
    async transaction(work) {
      const run = () => postgres.transaction((t) => work(t as never))
      try {
        return await run()
      } catch (error) {
        if (!isForeignKeyViolation(error)) throw error
        // Another process took or brought a row in between: seen from the beginning, the rules say it in words.
        return run()
      }
    },
    nextNumber: () => sql`default`,
    isUniqueViolation,
    isForeignKeyViolation,
    isStorable,
    isShared: true,
  }
}
