import type { Transaction } from 'kysely'
import type { Schema } from './schema.ts'

/** Deletes courses with their exercises: the course first, so that no exercise is added to it in the meantime. */
export async function deleteCourses(transaction: Transaction<Schema>, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await transaction.deleteFrom('courses').where('id', '=', id).execute()
    await transaction.deleteFrom('exercises').where('courseId', '=', id).execute()
  }
}

/** Deletes those of the files that no course uses. */
export async function deleteUnusedFiles(
  transaction: Transaction<Schema>,
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) {
    await transaction
      .deleteFrom('files')
      .where('id', '=', id)
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('courses').select('courses.id').whereRef('previewFileId', '=', 'files.id'))),
      )
      .execute()
  }
}

/** Forgets the contents that no file names any more; the result are their blobs, to remove after the commit. */
export async function removeUnused(transaction: Transaction<Schema>): Promise<readonly string[]> {
  const rows = await transaction
    .deleteFrom('contents')
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('files').select('files.id').whereRef('files.path', '=', 'contents.path'))),
    )
    .returning('blobId')
    .execute()
  return rows.map(({ blobId }) => blobId)
}
