import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Migration } from 'kysely/migration'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isForeignKeyViolation, isUniqueViolation, openDatabase } from './index.ts'

interface Schema {
  readonly parents: { readonly id: number | bigint }
  readonly children: { readonly id: number; readonly parentId: number }
}

const create: Migration = {
  async up(db) {
    await db.schema
      .createTable('parents')
      .addColumn('id', 'integer', (c) => c.primaryKey())
      .execute()
    await db.schema
      .createTable('children')
      .addColumn('id', 'integer', (c) => c.primaryKey())
      .addColumn('parentId', 'integer', (c) => c.notNull().references('parents.id'))
      .execute()
  },
}

let path: string

beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'lab-sqlite-')), 'test.sqlite')
})

afterEach(async () => {
  await rm(join(path, '..'), { recursive: true })
})

const open = (migrations: Record<string, Migration> = { '1-create': create }) =>
  openDatabase<Schema>({ path, migrations })

test('keeps rows when it is closed and opened again', async () => {
  {
    await using database = await open()
    await database.insertInto('parents').values({ id: 1 }).execute()
  }
  await using database = await open()
  expect(await database.selectFrom('parents').selectAll().execute()).toEqual([{ id: 1 }])
})

test('tells a key that is taken from a reference to nothing', async () => {
  await using database = await open()
  await database.insertInto('parents').values({ id: 1 }).execute()
  const twice = await database
    .insertInto('parents')
    .values({ id: 1 })
    .execute()
    .catch((error: unknown) => error)
  const orphan = await database
    .insertInto('children')
    .values({ id: 1, parentId: 2 })
    .execute()
    .catch((error: unknown) => error)
  expect([isUniqueViolation(twice), isForeignKeyViolation(twice)]).toEqual([true, false])
  expect([isUniqueViolation(orphan), isForeignKeyViolation(orphan)]).toEqual([false, true])
})

test('leaves nothing of a migration that fails', async () => {
  const broken: Migration = {
    async up(db) {
      await create.up(db)
      throw new Error('cut off')
    },
  }
  await expect(open({ '1-create': broken })).rejects.toThrow('cut off')
  await using database = await open()
  expect(await database.selectFrom('parents').selectAll().execute()).toEqual([])
})

test('runs transactions one after the other', async () => {
  await using database = await open()
  await Promise.all(
    [1, 2, 3].map((id) =>
      database.transaction().execute(async (transaction) => {
        await transaction.insertInto('parents').values({ id }).execute()
        await transaction.insertInto('children').values({ id, parentId: id }).execute()
      }),
    ),
  )
  expect(await database.selectFrom('children').selectAll().execute()).toHaveLength(3)
})

test('reads all 64 bits of an integer where asked to', async () => {
  await using database = await openDatabase<Schema>({
    path,
    migrations: { '1-create': create },
    bigints: true,
  })
  await database.insertInto('parents').values({ id: 9223372036854775807n }).execute()
  expect(await database.selectFrom('parents').selectAll().execute()).toEqual([{ id: 9223372036854775807n }])
})
