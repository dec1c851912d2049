import { LRUCache } from 'lru-cache'
import type { Blobs } from '../domain/blobs.ts'
import type { User } from '../domain/entities.ts'
import type { UserStore } from '../domain/store.ts'
import { emailTaken } from '../domain/users.ts'
import type { Database } from './database.ts'
import { deleteCourses, deleteUnusedFiles, removeUnused } from './deletions.ts'

/** How many users are remembered. */
const knownMax = 10_000

const publicColumns = ['id', 'email', 'lastName', 'firstName', 'middleName'] as const

export function createUserStore(
  { db, transaction, isShared, isStorable, isUniqueViolation }: Database,
  blobs: Blobs,
): UserStore & { forget(): void } {
  // Every request that needs a token asks for its user: known ones are answered from memory where this process is the
  // only one that writes, so that what it changes is all that it has to forget.
  const known = new LRUCache<string, User>({ max: knownMax })
  let changes = 0

  async function find(id: string): Promise<User | undefined> {
    const remembered = known.get(id)
    if (remembered !== undefined) return remembered
    const changesBefore = changes
    const user = await db.selectFrom('users').select(publicColumns).where('id', '=', id).executeTakeFirst()
    if (isShared || user === undefined || changes !== changesBefore) return user
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
      if (!isStorable(email)) return undefined
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
      const unused = await change(id, () =>
        transaction(async (t) => {
          const courses = await t
            .selectFrom('courses')
            .select('id')
            .where('createdByUserId', '=', id)
            .execute()
          await deleteCourses(
            t,
            courses.map((course) => course.id),
          )
          await t.deleteFrom('exercises').where('ownerId', '=', id).execute()
          const files = await t.selectFrom('files').select('id').where('ownerId', '=', id).execute()
          await deleteUnusedFiles(
            t,
            files.map((file) => file.id),
          )
          await t.updateTable('files').set({ ownerId: null }).where('ownerId', '=', id).execute()
          await t.deleteFrom('users').where('id', '=', id).execute()
          return removeUnused(t)
        }),
      )
      await blobs.remove(unused)
    },
  }
}
