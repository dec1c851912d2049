import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openDatabase } from '@polyservice-lab/service-kit/sqlite'
import type { Blobs } from '../domain/blobs.ts'
import type { Store } from '../domain/store.ts'
import { BlobStorage } from './blob-storage.ts'
import { createCourseStore } from './course-store.ts'
import { createExerciseStore } from './exercise-store.ts'
import { createFileStore } from './file-store.ts'
import { migrations } from './migrations.ts'
import type { Schema } from './schema.ts'
import { createUserStore } from './user-store.ts'

export interface SqliteStore extends Store, AsyncDisposable {
  readonly blobs: Blobs
  /** Deletes every row and every blob. */
  clear(): Promise<void>
}

/** Rows in one SQLite database, bytes of files beside it. */
export async function openSqliteStore(dataDir: string): Promise<SqliteStore> {
  await mkdir(dataDir, { recursive: true })
  const db = await openDatabase<Schema>({
    path: join(dataDir, 'users-api.sqlite'),
    migrations,
    bigints: true,
  })
  const blobs = new BlobStorage(join(dataDir, 'blobs'))
  const knownBlobs = async () => {
    const rows = await db.selectFrom('contents').select('blobId').execute()
    return new Set(rows.map(({ blobId }) => blobId))
  }
  await blobs.sweep(await knownBlobs())
  const users = createUserStore(db, blobs)
  return {
    users,
    files: createFileStore(db, blobs),
    courses: createCourseStore(db, blobs),
    exercises: createExerciseStore(db),
    blobs,
    async clear() {
      const known = await knownBlobs()
      await db.transaction().execute(async (transaction) => {
        for (const table of ['exercises', 'courses', 'files', 'contents', 'users'] as const)
          await transaction.deleteFrom(table).execute()
      })
      users.forget()
      await blobs.remove(known)
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}
