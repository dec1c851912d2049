import { AppError } from '@polyservice-lab/service-kit/app-error'
import { isStorable, isUniqueViolation, type Postgres } from '@polyservice-lab/service-kit/postgres'
import { type Selectable, sql, type Transaction } from 'kysely'
import type { User } from '../domain/entities.ts'
import { foldCase } from '../domain/rules.ts'
import type { UserFilter, UserSortKey, UserStore } from '../domain/store.ts'
import type { AppendEvent } from './feed-store.ts'
import type { Schema } from './schema.ts'
import { byNumber, byText, byTime, holds, isAfter, orderOf, type SortColumns } from './select-window.ts'

const columns: SortColumns<UserSortKey> = {
  id: byNumber('id'),
  name: byText('name'),
  email: byText('email'),
  createdAt: byTime('createdAt'),
}
/** How often an id that is in use is skipped in one transaction. */
const skipsMax = 1_000

export function createUserStore({ db, transaction }: Postgres<Schema>, append: AppendEvent): UserStore {
  function select({ role, email, q }: UserFilter) {
    let query = db.selectFrom('users')
    if (role !== undefined) query = query.where('role', '=', role)
    if (email !== undefined)
      query = isStorable(email)
        ? query.where('emailFolded', '=', foldCase(email))
        : query.where(sql<boolean>`false`)
    if (q !== undefined) query = query.where(holds(q, ['nameFolded', 'emailFolded']))
    return query
  }

  return {
    async find(id) {
      const row = await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toUser(row)
    },
    async findMany(ids) {
      if (ids.length === 0) return []
      return (await db.selectFrom('users').selectAll().where('id', 'in', ids).execute()).map(toUser)
    },
    async list({ filter, sort }, { limit, offset = 0, after }) {
      let query = select(filter).selectAll().orderBy(orderOf(sort, columns)).limit(limit).offset(offset)
      if (after !== undefined) query = query.where(isAfter(sort, columns, after))
      return (await query.execute()).map(toUser)
    },
    async count(filter) {
      const counted = select(filter).select(({ fn }) => fn.countAll<number>().as('total'))
      return (await counted.executeTakeFirstOrThrow()).total
    },
    insert: (user) => unlessEmailIsTaken(user.email, () => transaction((t) => insert(t, append, user))),
    update: (id, now, change) =>
      transaction(async (t) => {
        const row = await t
          .selectFrom('users')
          .selectAll()
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst()
        if (row === undefined) return undefined
        const current = toUser(row)
        const next = change(current)
        if (next === current) return current
        const update = t.updateTable('users').set({ ...next, ...folded(next) })
        await unlessEmailIsTaken(next.email, () => update.where('id', '=', id).execute())
        await append(t, now, { type: 'user.updated', data: next })
        return next
      }),
    delete: (id, now, check) =>
      transaction(async (t) => {
        const row = await t
          .selectFrom('users')
          .selectAll()
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst()
        if (row === undefined) return false
        const user = toUser(row)
        const order = t.selectFrom('orders').select('id').where('userId', '=', id).limit(1)
        check(user, (await order.executeTakeFirst()) !== undefined)
        await t.deleteFrom('users').where('id', '=', id).execute()
        await append(t, now, { type: 'user.deleted', data: user })
        return true
      }),
  }
}

/** Inserts a user with an id that is free; undefined where the one that is asked for is in use. */
async function insert(
  t: Transaction<Schema>,
  append: AppendEvent,
  { id, ...fields }: Parameters<UserStore['insert']>[0],
): Promise<User | undefined> {
  for (let skips = 0; skips < skipsMax; skips += 1) {
    const row = await t
      .insertInto('users')
      .values({ ...fields, ...folded(fields), id: id ?? sql`nextval('"userIds"')`, version: 1 })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returningAll()
      .executeTakeFirst()
    if (row === undefined && id === undefined) continue
    if (row === undefined) return undefined
    const user = toUser(row)
    await append(t, user.createdAt, { type: 'user.created', data: user })
    return user
  }
  throw new AppError('unavailable', 'no id is free')
}

function toUser({ id, name, email, role, createdAt, version }: Selectable<Schema['users']>): User {
  return { id, name, email, role, createdAt, version }
}

function folded({ name, email }: Pick<User, 'name' | 'email'>) {
  return { nameFolded: foldCase(name), emailFolded: foldCase(email) }
}

async function unlessEmailIsTaken<T>(email: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new AppError('already_exists', 'another user has the email', {
      reason: 'email_taken',
      resource: { type: 'user', name: email },
      cause: error,
    })
  }
}
