import { isUniqueViolation } from '@polyservice-lab/service-kit/sqlite'
import type { Kysely } from 'kysely'
import type { User } from '../domain/entities.ts'
import type { UserStore } from '../domain/store.ts'
import { emailTaken } from '../domain/users.ts'
import type { BlobStorage } from './blob-storage.ts'
import { deleteCourses, deleteUnusedFiles, removeUnused } from './deletions.ts'
import type { Schema } from './schema.ts'

const publicColumns = ['id', 'email', 'lastName', 'firstName', 'middleName'] as const

export function createUserStore(db: Kysely<Schema>, blobs: BlobStorage): UserStore {
  // Every request that needs a token asks this: its SQL is written once.
  const findById = db.selectFrom('users').select(publicColumns).where('id', '=', '').compile()
  async function find(id: string) {
    const { rows } = await db.executeQuery<User>({ ...findById, parameters: [id] })
    return rows[0]
  }
  return {
    find,
    async insert(user, passwordHash) {
      await db
        .insertInto('users')
        .values({ ...user, passwordHash })
        .execute()
        .catch((error: unknown) => {
          throw isUniqueViolation(error) ? emailTaken(user.email) : error
        })
    },
    async findByEmail(email) {
      const row = await db
        .selectFrom('users')
        .select([...publicColumns, 'passwordHash'])
        .where('email', '=', email)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { passwordHash, ...user } = row
      return { user, passwordHash }
    },
    async update(id, changes) {
      if (Object.keys(changes).length === 0) return find(id)
      return db
        .updateTable('users')
        .set(changes)
        .where('id', '=', id)
        .returning(publicColumns)
        .executeTakeFirst()
        .catch((error: unknown) => {
          throw isUniqueViolation(error) ? emailTaken(changes.email ?? '') : error
        })
    },
    async delete(id) {
      const unused = await db.transaction().execute(async (transaction) => {
        const courses = await transaction
          .selectFrom('courses')
          .select('id')
          .where('createdByUserId', '=', id)
          .execute()
        await deleteCourses(
          transaction,
          courses.map((course) => course.id),
        )
        await transaction.deleteFrom('exercises').where('ownerId', '=', id).execute()
        const files = await transaction.selectFrom('files').select('id').where('ownerId', '=', id).execute()
        await deleteUnusedFiles(
          transaction,
          files.map((file) => file.id),
        )
        await transaction.updateTable('files').set({ ownerId: null }).where('ownerId', '=', id).execute()
        await transaction.deleteFrom('users').where('id', '=', id).execute()
        return removeUnused(transaction)
      })
      await blobs.remove(unused)
    },
  }
}
