import { AppError } from '@polyservice-lab/service-kit/app-error'
import { isForeignKeyViolation } from '@polyservice-lab/service-kit/sqlite'
import type { Kysely } from 'kysely'
import type { Blobs } from '../domain/blobs.ts'
import type { FileStore } from '../domain/store.ts'
import { removeUnused } from './deletions.ts'
import { refuseGoneOwner } from './gone-owner.ts'
import type { Schema } from './schema.ts'

const fileColumns = ['id', 'filename', 'directory', 'ownerId'] as const

export function createFileStore(db: Kysely<Schema>, blobs: Blobs): FileStore {
  return {
    async insert({ content, ...file }) {
      const replaced = await db
        .transaction()
        .execute(async (transaction) => {
          const before = await transaction
            .selectFrom('contents')
            .select('blobId')
            .where('path', '=', file.path)
            .execute()
          await transaction
            .insertInto('contents')
            .values({ path: file.path, ...content })
            .onConflict((conflict) => conflict.column('path').doUpdateSet(content))
            .execute()
          await transaction.insertInto('files').values(file).execute()
          return before.map(({ blobId }) => blobId)
        })
        .catch(refuseGoneOwner)
      await blobs.remove(replaced)
    },
    find: (id) => db.selectFrom('files').select(fileColumns).where('id', '=', id).executeTakeFirst(),
    async isTaken(path, ownerId) {
      const row = await db
        .selectFrom('files')
        .select('id')
        .where('path', '=', path)
        .where((where) => where.or([where('ownerId', 'is', null), where('ownerId', '!=', ownerId)]))
        .executeTakeFirst()
      return row !== undefined
    },
    async delete(id) {
      const unused = await db.transaction().execute(async (transaction) => {
        await transaction
          .deleteFrom('files')
          .where('id', '=', id)
          .execute()
          .catch((error: unknown) => {
            throw isForeignKeyViolation(error)
              ? new AppError('failed_precondition', 'File is used by a course')
              : error
          })
        return removeUnused(transaction)
      })
      await blobs.remove(unused)
    },
    async findContent(path) {
      const row = await db
        .selectFrom('contents')
        .select(['blobId', 'sizeBytes', 'modifiedAtMs'])
        .where('path', '=', path)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { blobId, sizeBytes, modifiedAtMs } = row
      return { blobId, sizeBytes: Number(sizeBytes), modifiedAtMs: Number(modifiedAtMs) }
    },
  }
}
