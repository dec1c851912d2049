import type { LoginFailures } from '../domain/authentication.ts'
import type { Blobs } from '../domain/blobs.ts'
import type { Store } from '../domain/store.ts'
import { createCourseStore } from './course-store.ts'
import type { Database } from './database.ts'
import { createExerciseStore } from './exercise-store.ts'
import { createFileStore } from './file-store.ts'
import { createUserStore } from './user-store.ts'

export interface OpenStore extends Store, AsyncDisposable {
  readonly blobs: Blobs
  /** Where several processes are to count them together. */
  readonly loginFailures: LoginFailures | undefined
  /** The key that signs tokens: the candidate, where none is kept yet. */
  secretKey(candidate: Buffer): Promise<Buffer>
  /** Whether it answers now. */
  isReady(): Promise<boolean>
  /** Deletes every row and every blob. */
  clear(): Promise<void>
}

/** The parts of a store that are alike in every database. */
export function createRows(database: Database, blobs: Blobs): Store & Pick<OpenStore, 'blobs' | 'clear'> {
  const { db, transaction } = database
  const users = createUserStore(database, blobs)
  return {
    users,
    files: createFileStore(database, blobs),
    courses: createCourseStore(database, blobs),
    exercises: createExerciseStore(database),
    blobs,
    async clear() {
      const rows = await db.selectFrom('contents').select('blobId').execute()
      await transaction(async (t) => {
        for (const table of ['exercises', 'courses', 'files', 'contents', 'users'] as const)
          await t.deleteFrom(table).execute()
      })
      users.forget()
      await blobs.remove(rows.map(({ blobId }) => blobId))
    },
  }
}
