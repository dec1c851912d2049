import { createHash } from 'node:crypto'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Blobs } from '../domain/blobs.ts'
import type { FileStore } from '../domain/store.ts'
import type { Database } from './database.ts'
import { removeUnused } from './deletions.ts'
import { refuseGoneOwner } from './gone-owner.ts'

const fileColumns = ['id', 'filename', 'directory', 'ownerId'] as const

export function createFileStore(database: Database, blobs: Blobs): FileStore {
  const { db, transaction, isShared, isStorable, isForeignKeyViolation } = database
  return {
    async insert({ content, ...fields }) {
      const file = { ...fields, path: keyOf(fields.path) }
      const replaced = await transaction(async (t) => {
        const before = await t
          .selectFrom('contents')
          .select('blobId')
          .where('path', '=', file.path)
          .$if(isShared, (query) => query.forUpdate())
          .execute()
        await t
          .insertInto('contents')
          .values({ path: file.path, ...content })
          .onConflict((conflict) => conflict.column('path').doUpdateSet(content))
          .execute()
        await t.insertInto('files').values(file).execute()
        return before.map(({ blobId }) => blobId)
      }).catch(refuseGoneOwner(database))
      await blobs.remove(replaced)
    },
    find: (id) => db.selectFrom('files').select(fileColumns).where('id', '=', id).executeTakeFirst(),
    async isTaken(path, ownerId) {
      const row = await db
        .selectFrom('files')
        .select('id')
        .where('path', '=', keyOf(path))
        .where((where) => where.or([where('ownerId', 'is', null), where('ownerId', '!=', ownerId)]))
        .executeTakeFirst()
      return row !== undefined
    },
    async delete(id) {
      const unused = await transaction(async (t) => {
        await t
          .deleteFrom('files')
          .where('id', '=', id)
          .execute()
          .catch((error: unknown) => {
            throw isForeignKeyViolation(error)
              ? new AppError('failed_precondition', 'File is used by a course')
              : error
          })
        return removeUnused(t)
      })
      await blobs.remove(unused)
    },
    async findContent(path) {
      if (!isStorable(path)) return undefined
      const row = await db
        .selectFrom('contents')
        .select(['blobId', 'sizeBytes', 'modifiedAtMs'])
        .where('path', '=', keyOf(path))
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { blobId, sizeBytes, modifiedAtMs } = row
      return { blobId, sizeBytes: Number(sizeBytes), modifiedAtMs: Number(modifiedAtMs) }
    },
  }
}

/** What an index of PostgreSQL takes, with room to spare. */
const keyBytesMax = 2_000

/** A path as rows are looked up by it: a long one by its hash, with a beginning that no path has. */
function keyOf(path: string): string {
  if (Buffer.byteLength(path) <= keyBytesMax) return path
  return `//${createHash('sha256').update(path).digest('hex')}`
}
