import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isForeignKeyViolation, isUniqueViolation, openDatabase } from '@polyservice-lab/service-kit/sqlite'
import { sql } from 'kysely'
import { BlobStorage } from './blob-storage.ts'
import { sqliteMigrations } from './migrations.ts'
import { createRows, type OpenStore } from './open-store.ts'
import type { Schema } from './schema.ts'
import { keepSecret } from './secret-file.ts'

/** Rows in one SQLite database, bytes of files beside it, for one process. */
export async function openSqliteStore(dataDir: string): Promise<OpenStore> {
  await mkdir(dataDir, { recursive: true })
  const db = await openDatabase<Schema>({
    path: join(dataDir, 'users-api.sqlite'),
    migrations: sqliteMigrations,
    bigints: true,
  })
  const blobs = new BlobStorage(join(dataDir, 'blobs'))
  const contents = await db.selectFrom('contents').select('blobId').execute()
  await blobs.sweep(new Set(contents.map(({ blobId }) => blobId)))
  return {
    ...createRows(
      {
        db,
        transaction: (work) => db.transaction().execute(work),
        nextNumber: (table) => sql`(select coalesce(max("number"), 0) + 1 from ${sql.table(table)})`,
        isUniqueViolation,
        isForeignKeyViolation,
        isStorable: () => true,
        isShared: false,
      },
      blobs,
    ),
    loginFailures: undefined,
    secretKey: (candidate) => keepSecret(join(dataDir, 'jwt-secret-key'), candidate),
    isReady: async () => true,
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}
