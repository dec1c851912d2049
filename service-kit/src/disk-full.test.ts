import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { throwStorageError } from './disk-full.ts'
import { openDatabase } from './sqlite/index.ts'

test('a database that may not grow refuses a row as a disk that is full, and takes it when there is room', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'disk-full-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  await using database = await openDatabase<{ notes: { text: string } }>({
    path: join(directory, 'db'),
    migrations: {},
  })
  await sql`CREATE TABLE notes (text TEXT)`.execute(database)
  const insert = () =>
    database
      .insertInto('notes')
      .values({ text: 'x'.repeat(100_000) })
      .execute()
  await sql`PRAGMA max_page_count = 10`.execute(database)
  await expect(insert()).rejects.toMatchObject({ code: 'insufficient_storage' })
  await sql`PRAGMA max_page_count = 1000`.execute(database)
  await insert()
})

test('what has another reason stays what it is', () => {
  const denied = Object.assign(new Error('no'), { code: 'EACCES' })
  expect(() => throwStorageError(denied)).toThrow(denied)
  const full = Object.assign(new Error('full'), { code: 'EDQUOT' })
  expect(() => throwStorageError(full)).toThrow(expect.objectContaining({ code: 'insufficient_storage' }))
})
