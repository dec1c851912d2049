import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, createMetrics } from '@polyservice-lab/service-kit'
import { startPostgresServer } from '@polyservice-lab/service-kit/postgres-server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Exercise, User } from '../domain/entities.ts'
import type { NewCourse } from '../domain/store.ts'
import type { OpenStore } from './open-store.ts'
import { openPostgresStore } from './postgres-store.ts'
import { openSqliteStore } from './sqlite-store.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

const buildUser = (changes: Partial<User> = {}): User => ({
  id: randomUUID(),
  email: `${randomUUID()}@example.com`,
  lastName: 'Lee',
  firstName: 'Ann',
  middleName: '😀',
  ...changes,
})

const buildCourse = (
  changes: Pick<NewCourse, 'previewFileId' | 'createdByUserId'> & Partial<NewCourse>,
): NewCourse => ({
  id: randomUUID(),
  title: 'TCP',
  maxScore: 9_223_372_036_854_775_807n,
  minScore: -9_223_372_036_854_775_808n,
  description: 'By hand',
  estimatedTime: null,
  ...changes,
})

const buildExercise = (changes: Pick<Exercise, 'courseId' | 'ownerId'> & Partial<Exercise>): Exercise => ({
  id: randomUUID(),
  title: 'A socket',
  maxScore: 2n,
  minScore: null,
  orderIndex: 0n,
  description: 'Open one',
  estimatedTime: '1 hour',
  ...changes,
})

async function upload(store: OpenStore, text: string) {
  await using writer = await store.blobs.create()
  await writer.write(Buffer.from(text))
  return { blobId: await writer.finish(), sizeBytes: text.length, modifiedAtMs: 1_700_000_000_123 }
}

const read = async (store: OpenStore, path: string) => {
  const content = await store.files.findContent(path)
  return content && (await readFile(await store.blobs.path(content.blobId), 'utf8'))
}

const logger = createLogger('test', 'silent')

let server: Awaited<ReturnType<typeof startPostgresServer>>
let directory: string

beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server?.[Symbol.asyncDispose]())
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'users-api-'))
})
afterEach(() => rm(directory, { recursive: true }))

const openOnPostgres = (dataDir = directory) =>
  openPostgresStore({
    url: server.url,
    dataDir,
    logger,
    metrics: createMetrics('test'),
  })

describe.each([
  ['sqlite', () => openSqliteStore(directory)],
  ['postgres', openOnPostgres],
])('the store on %s', (_name, open: () => Promise<OpenStore>) => {
  let store: OpenStore
  let ann: User

  async function addFile(path: string, owner = ann, text = path) {
    const file = { id: randomUUID(), filename: path, directory: '', path, ownerId: owner.id }
    await store.files.insert({ ...file, content: await upload(store, text) })
    return file
  }

  async function addUser(changes: Partial<User> = {}): Promise<User> {
    const user = buildUser(changes)
    await store.users.insert(user, 'hash')
    return user
  }

  beforeEach(async () => {
    store = await open()
    ann = await addUser()
  })

  afterEach(async () => {
    await store.clear()
    await store[Symbol.asyncDispose]()
  })

  test('finds a user by id and by email, and takes each email once', async () => {
    expect(await store.users.find(ann.id)).toEqual(ann)
    expect(await store.users.findByEmail(ann.email)).toEqual({ user: ann, passwordHash: 'hash' })
    await expect(addUser({ email: ann.email })).rejects.toMatchObject({ code: 'already_exists' })
    const bob = await addUser()
    await expect(store.users.update(bob.id, { email: ann.email })).rejects.toMatchObject({
      code: 'already_exists',
    })
    expect(await store.users.update(bob.id, { firstName: 'Bob' })).toEqual({ ...bob, firstName: 'Bob' })
    expect(await store.users.update(bob.id, {})).toEqual({ ...bob, firstName: 'Bob' })
    expect(await store.users.update(randomUUID(), { firstName: 'Nobody' })).toBeUndefined()
  })

  test.each(['a\0b', '\ud800', "' or 1=1 --", ''])('finds nothing under the email %j', async (email) => {
    expect(await store.users.findByEmail(email)).toBeUndefined()
    expect(await store.files.findContent(email)).toBeUndefined()
  })

  test('keeps integers of 64 bits, and lists rows in the order of their creation', async () => {
    const file = await addFile('a.txt')
    const ids = [...Array(5)].map(() => randomUUID())
    for (const id of ids) {
      const course = buildCourse({ id, previewFileId: file.id, createdByUserId: ann.id })
      expect(await store.courses.insert(course)).toMatchObject({
        id,
        maxScore: course.maxScore,
        minScore: course.minScore,
      })
    }
    expect((await store.courses.listOfUser(ann.id)).map(({ id }) => id)).toEqual(ids)
    for (const id of ids)
      await store.exercises.insert(buildExercise({ id, courseId: ids[0] ?? '', ownerId: ann.id }), true)
    expect((await store.exercises.listOfCourse(ids[0] ?? '')).map(({ id }) => id)).toEqual(ids)
    expect(await store.courses.update(ids[0] ?? '', { title: 'UDP' })).toMatchObject({ title: 'UDP' })
  })

  test('tells what is missing', async () => {
    const missing = { previewFileId: randomUUID(), createdByUserId: ann.id }
    await expect(store.courses.insert(buildCourse(missing))).rejects.toThrow('File not found')
    const exercise = buildExercise({ courseId: randomUUID(), ownerId: ann.id })
    await expect(store.exercises.insert(exercise, true)).rejects.toThrow('Course not found')
    await store.exercises.insert(exercise, false)
    const orphan = buildExercise({ courseId: randomUUID(), ownerId: randomUUID() })
    await expect(store.exercises.insert(orphan, false)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('keeps the bytes of a file, the last ones of a path, and removes what nothing names', async () => {
    const file = await addFile('notes/a.txt', ann, 'first')
    const other = await addFile('notes/a.txt', ann, 'second 😀')
    expect(await read(store, 'notes/a.txt')).toBe('second 😀')
    expect(await store.files.isTaken('notes/a.txt', ann.id)).toBe(false)
    expect(await store.files.isTaken('notes/a.txt', (await addUser()).id)).toBe(true)
    const empty = await addFile('empty', ann, '')
    expect(await read(store, 'empty')).toBe('')
    for (const { id } of [file, empty]) await store.files.delete(id)
    expect(await read(store, 'notes/a.txt')).toBe('second 😀')
    await store.files.delete(other.id)
    expect(await read(store, 'notes/a.txt')).toBeUndefined()
  })

  test('keeps a path that is longer than an index takes', async () => {
    const path = Array.from({ length: 400 }, () => randomUUID()).join('/')
    await addFile(path, ann, 'far away')
    expect(await read(store, path)).toBe('far away')
    expect(await store.files.isTaken(path, randomUUID())).toBe(true)
  })

  test('deletes a user with all that is theirs, but for files that others need', async () => {
    const bob = await addUser()
    const [needed] = [await addFile('needed'), await addFile('own')]
    const course = buildCourse({ previewFileId: needed.id, createdByUserId: bob.id })
    await store.courses.insert(course)
    await expect(store.files.delete(needed.id)).rejects.toMatchObject({ code: 'failed_precondition' })
    await store.users.delete(ann.id)
    expect(await store.users.find(ann.id)).toBeUndefined()
    expect([await read(store, 'needed'), await read(store, 'own')]).toEqual(['needed', undefined])
    await store.courses.delete(course.id, false)
    expect(await read(store, 'needed')).toBeUndefined()
  })

  test('makes one key and keeps it', async () => {
    const key = await store.secretKey(Buffer.alloc(64, 1))
    expect(await store.secretKey(Buffer.alloc(64, 2))).toEqual(key)
  })

  test('goes through changes that come at once as if they came one after the other', async () => {
    const file = await addFile('preview')
    const people = await Promise.all(Array.from({ length: 8 }, () => addUser()))
    const deleted = new Set<string>()
    // A machine that is busy may refuse some: then nothing of them happened. No other fault of the database shows.
    const told = ({ code }: { code?: string }) =>
      expect(code).toMatch(/^(not_found|unauthenticated|unavailable)$/)
    await Promise.all(
      people.flatMap(({ id }) => {
        const course = buildCourse({ previewFileId: file.id, createdByUserId: id })
        const exercise = buildExercise({ courseId: course.id, ownerId: id })
        return [
          store.courses.insert(course).catch(told),
          store.exercises.insert(exercise, true).catch(told),
          store.users.delete(id).then(() => deleted.add(id), told),
          store.courses.delete(course.id, true).catch(told),
        ]
      }),
    )
    for (const id of deleted) expect(await store.courses.listOfUser(id)).toEqual([])
    expect(deleted).not.toEqual(new Set())
  })
})

describe('two processes on one PostgreSQL', () => {
  let stores: OpenStore[]

  beforeEach(async () => {
    stores = await Promise.all([openOnPostgres(join(directory, 'a')), openOnPostgres(join(directory, 'b'))])
  })

  afterEach(async () => {
    await stores[0]?.clear()
    for (const store of stores) await store[Symbol.asyncDispose]()
  })

  const both = () => stores as [OpenStore, OpenStore]

  test('see each other’s users, files and key at once', async () => {
    const [a, b] = both()
    const user = buildUser()
    await a.users.insert(user, 'hash')
    expect(await b.users.find(user.id)).toEqual(user)
    await b.users.update(user.id, { firstName: 'Anna' })
    expect(await a.users.find(user.id)).toMatchObject({ firstName: 'Anna' })
    const large = 'x'.repeat(1_000_000)
    const file = { id: randomUUID(), filename: 'f', directory: '', path: 'f', ownerId: user.id }
    await a.files.insert({ ...file, content: await upload(a, large) })
    expect(await Promise.all([read(b, 'f'), read(b, 'f')])).toEqual([large, large])
    expect(await a.secretKey(Buffer.alloc(64, 1))).toEqual(await b.secretKey(Buffer.alloc(64, 2)))
    await a.users.delete(user.id)
    expect([await b.users.find(user.id), await read(b, 'f')]).toEqual([undefined, undefined])
  })

  test('count failed logins together, and forget them over a minute', async () => {
    const [a, b] = both()
    for (const { loginFailures } of [a, b, a]) await loginFailures?.add('key', 1)
    expect(await b.loginFailures?.count('key', 1)).toBeCloseTo(3, 0)
    expect(await b.loginFailures?.count('key', 1_000_000_000)).toBe(0)
    expect(await b.loginFailures?.count('another', 1)).toBe(0)
  })
})
