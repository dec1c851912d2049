import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createMetrics } from '../metrics.ts'
import {
  isForeignKeyViolation,
  isStorable,
  isUniqueViolation,
  openPostgres,
  type PostgresOptions,
} from './index.ts'
import { startPostgresServer } from './postgres-server.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

interface Schema {
  readonly parents: { readonly id: number; readonly counter: number }
  readonly children: { readonly id: number; readonly parentId: number }
}

const migrations: Record<string, Migration> = {
  '1-create': {
    async up(db: Kysely<unknown>) {
      await sql`create table parents (id int8 primary key, counter int8 not null default 0)`.execute(db)
      await sql`create table children (id int8 primary key, "parentId" int8 not null references parents)`.execute(
        db,
      )
    },
  },
}

const unavailable = expect.objectContaining({ name: 'AppError', code: 'unavailable' })
const silent = pino({ level: 'silent' })
const until = (condition: () => unknown) => vi.waitFor(condition, { timeout: 30_000, interval: 50 })
const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('it succeeded'),
    (error: unknown) => error,
  )

let server: Awaited<ReturnType<typeof startPostgresServer>>
let admin: pg.Pool
let databases = 0

beforeAll(async () => {
  server = await startPostgresServer()
  admin = new pg.Pool({ connectionString: server.url, max: 2 })
  admin.on('error', () => {})
  admin.on('connect', (client) => client.on('error', () => {}))
})

afterAll(async () => {
  await admin?.end()
  await server?.[Symbol.asyncDispose]()
})

/** The URL of a new and empty database. */
async function newDatabase(): Promise<string> {
  databases += 1
  await admin.query(`create database test_${databases}`)
  const url = new URL(server.url)
  url.pathname = `/test_${databases}`
  return url.href
}

async function open(options: Partial<PostgresOptions> = {}) {
  const url = options.url ?? (await newDatabase())
  return openPostgres<Schema>({ applicationName: 'test', migrations, logger: silent, ...options, url })
}

/** The server as it was before the test, whatever the test did to it. */
async function untilServerAnswers(): Promise<void> {
  await until(() => admin.query('select 1'))
}

describe('values', () => {
  test('are read the same in every time zone, and integers as numbers', async () => {
    const zone = process.env['TZ']
    process.env['TZ'] = 'America/New_York'
    try {
      await using database = await open()
      const { rows } = await sql`select 9007199254740991::int8 as integer, count(*) as count,
        date '2024-01-01' as date, timestamp '2024-01-01 05:00' as local,
        timestamptz '2024-01-01T00:00:00.123Z' as instant`.execute(database.db)
      expect(rows).toEqual([
        {
          integer: 9007199254740991,
          count: 1,
          date: '2024-01-01',
          local: '2024-01-01 05:00:00',
          instant: new Date('2024-01-01T00:00:00.123Z'),
        },
      ])
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }
  })

  test('beyond what a number holds are an error', async () => {
    await using database = await open()
    await expect(sql`select 9007199254740993::int8`.execute(database.db)).rejects.toThrow('beyond 2^53')
  })

  test.each([
    ['plain', true],
    ['😀', true],
    ['a\0b', false],
    ['\ud800', false],
  ])('%j is storable: %j', (text, expected) => {
    expect(isStorable(text)).toBe(expected)
  })
})

describe('constraints', () => {
  test('tell a key that is taken from a reference to nothing, and show no row', async () => {
    await using database = await open()
    await database.db.insertInto('parents').values({ id: 1, counter: 0 }).execute()
    const twice = await failure(database.db.insertInto('parents').values({ id: 1, counter: 0 }).execute())
    const orphan = await failure(database.db.insertInto('children').values({ id: 1, parentId: 2 }).execute())
    expect([isUniqueViolation(twice), isForeignKeyViolation(twice)]).toEqual([true, false])
    expect([isUniqueViolation(orphan), isForeignKeyViolation(orphan)]).toEqual([false, true])
    expect([twice, orphan]).not.toContainEqual(expect.objectContaining({ detail: expect.anything() }))
  })

  test('that are deferred are told at the commit', async () => {
    await using database = await open()
    await sql`create table late (id int8, unique (id) deferrable initially deferred)`.execute(database.db)
    const twice = await failure(database.transaction((t) => sql`insert into late values (1), (1)`.execute(t)))
    expect(isUniqueViolation(twice)).toBe(true)
  })

  test('a disk that is full is told as such', async () => {
    await admin.query(`create tablespace small location '/small'`)
    await using database = await open()
    await sql`create table large (text text) tablespace small`.execute(database.db)
    const insert = sql`insert into large select repeat(md5(i::text), 50) from generate_series(1, 5000) i`
    expect(await failure(insert.execute(database.db))).toMatchObject({ code: 'insufficient_storage' })
    expect((await sql`select 1 as one`.execute(database.db)).rows).toEqual([{ one: 1 }])
  })
})

describe('transactions', () => {
  test('that cannot be serialized run again', async () => {
    const metrics = createMetrics('test')
    await using database = await open({ metrics })
    await database.db.insertInto('parents').values({ id: 1, counter: 0 }).execute()
    const increment = () =>
      database.transaction(async (t) => {
        await sql`set transaction isolation level serializable`.execute(t)
        const { counter } = await t.selectFrom('parents').select('counter').executeTakeFirstOrThrow()
        await t
          .updateTable('parents')
          .set({ counter: counter + 1 })
          .execute()
      })
    await Promise.all(Array.from({ length: 4 }, increment))
    expect(await database.db.selectFrom('parents').select('counter').execute()).toEqual([{ counter: 4 }])
    const { values } =
      (await metrics.registry.getSingleMetric('lab_postgres_transaction_retries_total')?.get()) ?? {}
    expect(values?.[0]?.value).toBeGreaterThan(0)
  })

  test('that lock each other out run again', async () => {
    await using database = await open()
    for (const id of [1, 2]) await database.db.insertInto('parents').values({ id, counter: 0 }).execute()
    const bothAreIn = Promise.withResolvers<void>()
    let inside = 0
    const change = (first: number, second: number) =>
      database.transaction(async (t) => {
        const add = (id: number) =>
          t.updateTable('parents').set({ counter: sql`counter + 1` }).where('id', '=', id).execute()
        await add(first)
        inside += 1
        if (inside === 2) bothAreIn.resolve()
        await bothAreIn.promise
        await add(second)
      })
    await Promise.all([change(1, 2), change(2, 1)])
    expect(inside).toBe(3)
    expect(await database.db.selectFrom('parents').select('counter').execute()).toEqual([
      { counter: 2 },
      { counter: 2 },
    ])
  })

  test('that always fail are given up', async () => {
    await using database = await open()
    let runs = 0
    const work = database.transaction(async (t) => {
      runs += 1
      await sql`do $$ begin raise exception 'no' using errcode = '40001'; end $$`.execute(t)
    })
    await expect(work).rejects.toEqual(unavailable)
    expect(runs).toBe(5)
  })
})

describe('a start', () => {
  test('brings a database up to date once, however many come at once, and waits longer than a statement may take', async () => {
    const url = await newDatabase()
    const slow: Migration = { up: (db) => sql`select pg_sleep(3)`.execute(db).then(() => undefined) }
    const options = { url, migrations: { ...migrations, '2-slow': slow }, statementTimeoutMs: 2000 }
    const opened = await Promise.all(Array.from({ length: 6 }, () => open(options)))
    expect(await opened[0]?.db.selectFrom('parents').selectAll().execute()).toEqual([])
    for (const database of opened) await database[Symbol.asyncDispose]()
  })

  test('fails when a migration fails, and leaves nothing of it', async () => {
    const url = await newDatabase()
    const broken: Migration = {
      async up(db) {
        await migrations['1-create']?.up(db)
        throw new Error('cut off')
      },
    }
    await expect(open({ url, migrations: { '1-create': broken } })).rejects.toThrow('cut off')
    await using database = await open({ url })
    expect(await database.db.selectFrom('parents').selectAll().execute()).toEqual([])
  })

  test('waits for a server that is not there yet, and says so once', async () => {
    const url = await newDatabase()
    const lines: string[] = []
    const logger = pino({ level: 'warn' }, { write: (line) => lines.push(line) })
    await server.container.stop()
    const opening = open({ url, logger })
    await until(() => expect(lines).not.toEqual([]))
    await server.container.start()
    await using database = await opening
    expect(await database.isReady()).toBe(true)
    expect(lines).toEqual([expect.stringMatching(/waiting for PostgreSQL at .*\/test_\d+/)])
    await untilServerAnswers()
  })

  test.concurrent.each([
    [
      'a server that stays away',
      (url: URL) => Object.assign(url, { port: '1' }),
      /PostgreSQL at .*:1\/test.*ECONNREFUSED/,
    ],
    [
      'a wrong password',
      (url: URL) => Object.assign(url, { password: 'wrong' }),
      /password authentication failed/,
    ],
    [
      'a database that is not there',
      (url: URL) => Object.assign(url, { pathname: '/nothing' }),
      /"nothing" does not exist/,
    ],
    [
      'a server without TLS',
      (url: URL) => Object.assign(url, { search: '?sslmode=verify-full' }),
      /does not support SSL/,
    ],
  ])('tells %s without the password', async (_name, change, message) => {
    const url = change(new URL(server.url)).href
    const error = await failure(open({ url, startTimeoutMs: 5000 }))
    expect(error).toMatchObject({ message: expect.stringMatching(message) })
    expect((error as Error).message).not.toMatch(/wrong|:test@/)
  })

  test('over TLS checks the certificate, unless the URL says that libpq would not', async () => {
    const url = await newDatabase()
    await server.run(
      'cd "$PGDATA" && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=lab -keyout server.key -out server.crt && chmod 600 server.key',
    )
    await admin.query('alter system set ssl = on')
    await admin.query('select pg_reload_conf()')
    await until(async () => {
      const client = new pg.Client({ connectionString: url, ssl: { rejectUnauthorized: false } })
      await client.connect()
      await client.end()
    })
    await expect(open({ url: `${url}?sslmode=verify-full` })).rejects.toThrow(/self.signed certificate/)
    await using database = await open({ url: `${url}?sslmode=require&uselibpqcompat=true` })
    const { rows } = await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(database.db)
    expect(rows).toEqual([{ ssl: true }])
  })
})

describe('a server that goes away', () => {
  test('ends a session within a transaction: it fails, and the pool goes on', async () => {
    await using database = await open()
    const cut = database.transaction(async (t) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(t)
      await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid])
      await until(async () => {
        const { rowCount } = await admin.query('select from pg_stat_activity where pid = $1', [rows[0]?.pid])
        expect(rowCount).toBe(0)
      })
      await sql`insert into parents values (1)`.execute(t)
    })
    await expect(cut).rejects.toEqual(unavailable)
    expect(await database.db.selectFrom('parents').selectAll().execute()).toEqual([])
  })

  test('ends idle sessions: the next statement does not notice', async () => {
    await using database = await open({ poolMax: 1 })
    for (let round = 0; round < 5; round += 1) {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(database.db)
      await admin.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid])
      await sql`select 1`.execute(database.db)
    }
  })

  test('is killed and comes back: unavailable meanwhile, nothing acknowledged is lost', async () => {
    await using database = await open()
    const insert = (id: number) => database.db.insertInto('parents').values({ id, counter: 0 }).execute()
    await insert(1)
    await server.container.kill()
    await expect(insert(2)).rejects.toEqual(unavailable)
    await until(async () => expect(await database.isReady()).toBe(false))
    await server.container.start()
    await until(async () => expect(await database.isReady()).toBe(true))
    await insert(3)
    expect(await database.db.selectFrom('parents').select('id').orderBy('id').execute()).toEqual([
      { id: 1 },
      { id: 3 },
    ])
    await untilServerAnswers()
  })

  test('freezes: statements, the pool and the end do not wait for ever, and it is asked no more than before', async () => {
    const url = await newDatabase()
    const database = await open({ url, poolMax: 2, statementTimeoutMs: 3000, connectTimeoutMs: 3000 })
    await sql`select 1`.execute(database.db)
    await server.container.pause()
    try {
      const stuck = Array.from({ length: 4 }, () => failure(sql`select 1`.execute(database.db)))
      for (const error of await Promise.all(stuck)) expect(error).toEqual(unavailable)
    } finally {
      await server.container.unpause()
    }
    await untilServerAnswers()
    await until(async () => {
      const { rows } = await admin.query(`select from pg_stat_activity where datname = $1`, [
        new URL(url).pathname.slice(1),
      ])
      expect(rows.length).toBeLessThanOrEqual(2)
    })
    await sql`select 1`.execute(database.db)
    await server.container.pause()
    try {
      await database[Symbol.asyncDispose]()
    } finally {
      await server.container.unpause()
    }
    await untilServerAnswers()
  })

  test('freezes during a migration: the start does not wait for ever, and names it', async () => {
    const freezing: Migration = {
      async up(db: Kysely<unknown>) {
        await server.container.pause()
        await sql`select 1`.execute(db)
      },
    }
    try {
      const opening = open({
        migrations: { '1-freezes': freezing },
        startTimeoutMs: 3000,
        connectTimeoutMs: 3000,
      })
      await expect(opening).rejects.toThrow(/^PostgreSQL at /)
    } finally {
      await server.container.unpause()
    }
    await untilServerAnswers()
  })
})

describe('a pool', () => {
  test('that is full lets a call wait, but not for ever', async () => {
    const metrics = createMetrics('test')
    await using database = await open({ poolMax: 2, connectTimeoutMs: 3000, metrics })
    const release = Promise.withResolvers<void>()
    const holding = [1, 2].map(() =>
      database.transaction(async (t) => {
        await sql`select 1`.execute(t)
        await release.promise
      }),
    )
    await expect(sql`select 1`.execute(database.db)).rejects.toEqual(unavailable)
    const waiting = sql`select 1`.execute(database.db)
    release.resolve()
    await Promise.all([...holding, waiting])
    const text = await metrics.registry.metrics()
    expect(text).toContain('lab_postgres_pool_connections{state="idle",service="test"} 2')
    expect(text).toMatch(/lab_postgres_pool_wait_seconds_count\{service="test"\} [1-9]/)
    expect(text).toMatch(/lab_postgres_query_seconds_count\{service="test",outcome="ok"\} [1-9]/)
  })

  test('tells a statement that takes too long, and takes its connection back', async () => {
    await using database = await open({ poolMax: 1, statementTimeoutMs: 2000 })
    await expect(sql`select pg_sleep(30)`.execute(database.db)).rejects.toEqual(unavailable)
    await sql`select 1`.execute(database.db)
  })

  test('cancels a statement on the server when its signal asks for that, also when it is full', async () => {
    await using database = await open({ poolMax: 1 })
    const leaving = new AbortController()
    const sleep = sql`select pg_sleep(30)`.execute(database.db, {
      signal: leaving.signal,
      inflightQueryAbortStrategy: 'cancel query',
    })
    const sleeping = () =>
      admin.query(`select from pg_stat_activity where query = 'select pg_sleep(30)' and state = 'active'`)
    await until(async () => expect((await sleeping()).rowCount).toBe(1))
    leaving.abort()
    await expect(sleep).rejects.toThrow()
    await until(async () => expect((await sleeping()).rowCount).toBe(0))
    await sql`select 1`.execute(database.db)
  })

  test('ends what is idle in a transaction for too long', async () => {
    await using database = await open({ poolMax: 1, idleInTransactionTimeoutMs: 100 })
    const idle = database.transaction(async (t) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(t)
      await until(async () => {
        const { rowCount } = await admin.query('select from pg_stat_activity where pid = $1', [rows[0]?.pid])
        expect(rowCount).toBe(0)
      })
      await sql`select 1`.execute(t)
    })
    await expect(idle).rejects.toEqual(unavailable)
    await sql`select 1`.execute(database.db)
  })

  test('ends when what is in use has ended', async () => {
    const database = await open({ statementTimeoutMs: 60_000 })
    const working = sql`select pg_sleep(3)`.execute(database.db)
    await until(async () => {
      const { rowCount } = await admin.query(
        `select from pg_stat_activity where query = 'select pg_sleep(3)' and state = 'active'`,
      )
      expect(rowCount).toBeGreaterThan(0)
    })
    await database[Symbol.asyncDispose]()
    await working
    await expect(sql`select 1`.execute(database.db)).rejects.toThrow()
  })
})

describe('LISTEN', () => {
  test('tells of a NOTIFY, and again after its connection was lost', async () => {
    const url = await newDatabase()
    await using database = await open({ url })
    let calls = 0
    await using _listening = database.listen({
      channel: 'things',
      pollMs: 600_000,
      onChange: () => {
        calls += 1
      },
    })
    const listens = () =>
      admin.query(`select pid from pg_stat_activity where datname = $1 and query ilike 'listen%'`, [
        new URL(url).pathname.slice(1),
      ])
    await until(() => expect(calls).toBe(1))
    await sql`notify things`.execute(database.db)
    await until(() => expect(calls).toBe(2))
    const { rows } = await listens()
    await admin.query('select pg_terminate_backend($1, 5000)', [rows[0].pid])
    await until(() => expect(calls).toBe(3))
    await sql`notify things, 'again'`.execute(database.db)
    await until(() => expect(calls).toBe(4))
  })

  test('asks from time to time without a NOTIFY, one call at a time, also after one that failed', async () => {
    await using database = await open()
    let calls = 0
    let atOnce = 0
    await using _listening = database.listen({
      channel: 'things',
      pollMs: 20,
      onChange: async () => {
        calls += 1
        atOnce += 1
        expect(atOnce).toBe(1)
        await sql`select pg_sleep(0.1)`.execute(database.db)
        atOnce -= 1
        if (calls === 2) throw new Error('not now')
      },
    })
    await until(() => expect(calls).toBeGreaterThan(4))
  })
})
