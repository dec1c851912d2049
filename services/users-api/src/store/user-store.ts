import { isUniqueViolation } from '@polyservice-lab/service-kit/sqlite'
import type { Kysely } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Blobs } from '../domain/blobs.ts'
import type { User } from '../domain/entities.ts'
import type { UserStore } from '../domain/store.ts'
import { emailTaken } from '../domain/users.ts'
import { deleteCourses, deleteUnusedFiles, removeUnused } from './deletions.ts'
import type { Schema } from './schema.ts'

/** How many users are remembered. */
const knownMax = 10_000

const publicColumns = ['id', 'email', 'lastName', 'firstName', 'middleName'] as const

export function createUserStore(db: Kysely<Schema>, blobs: Blobs): UserStore & { forget(): void } {
  // Every request that needs a token asks for its user: known ones are answered from memory. This process is the
  // only one that writes, so what it changes is all that it has to forget.
  const known = new LRUCache<string, User>({ max: knownMax })
  let changes = 0

  async function find(id: string): Promise<User | undefined> {
    const remembered = known.get(id)
    if (remembered !== undefined) return remembered
    const changesBefore = changes
    const user = await db.selectFrom('users').select(publicColumns).where('id', '=', id).executeTakeFirst()
    if (user === undefined || changes !== changesBefore) return user
    known.set(id, user)
    return user
  }

  /** Runs a change of users; what is read meanwhile is not remembered. */
  async function change<T>(id: string, write: () => Promise<T>): Promise<T> {
    changes++
    try {
      return await write()
    } finally {
      changes++
      known.delete(id)
    }
  }

  return {
    find,
    forget() {
      changes++
      known.clear()
    },
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
    async update(id, fields) {
      if (Object.keys(fields).length === 0) return find(id)
      const update = db.updateTable('users').set(fields).where('id', '=', id).returning(publicColumns)
      return change(id, () => update.executeTakeFirst()).catch((error: unknown) => {
        throw isUniqueViolation(error) ? emailTaken(fields.email ?? '') : error
      })
    },
    async delete(id) {
      const deletion = db.transaction()
      const unused = await change(id, () =>
        deletion.execute(async (transaction) => {
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
        }),
      )
      await blobs.remove(unused)
    },
  }
}
