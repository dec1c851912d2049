import { setTimeout } from 'node:timers/promises'
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import pg from 'pg'
import { AppError } from '../app-error.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { type ListenOptions, listen } from './listen.ts'
import { createPostgresMetrics } from './metrics.ts'
import { createPool, kyselyPool, safeInteger, typesWith } from './pool.ts'
import { runTransaction } from './transaction.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database`; `?sslmode=verify-full` for TLS. */
  readonly url: string
  /** What the server shows of these connections (`application_name`). */
  readonly applicationName: string
  /** By name; run in the order of their names, each once and whole, however many processes start at once. */
  readonly migrations: Readonly<Record<string, Migration>>
  readonly logger: Logger
  readonly metrics?: Metrics
  /** Reads integers of 64 bits as bigint; else as number, and one that no number holds is an error. Default: false. */
  readonly bigints?: boolean
  /** Connections at most. Default: 10. */
  readonly poolMax?: number
  /** How long a call waits for a connection, new or not, in ms. Default: 1500. */
  readonly connectTimeoutMs?: number
  /** How long a statement may run on the server, in ms. Default: 2500. */
  readonly statementTimeoutMs?: number
  /** How long a transaction may be idle between two statements, in ms. Default: 10,000. */
  readonly idleInTransactionTimeoutMs?: number
  /** How long the start waits for a server that is not there yet, or for its answer to a migration, in ms. Default: 30,000. */
  readonly startTimeoutMs?: number
}

/** A database that is open. Disposing it waits for what is in use, and closes every connection within seconds. */
export interface Postgres<Schema> extends AsyncDisposable {
  /** Its statements throw AppError `unavailable` and `insufficient_storage`; violations of constraints are pg's own. */
  readonly db: Kysely<Schema>
  /** A transaction that runs again, up to five times, after a serialization failure or a deadlock. */
  transaction<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T>
  /** Calls back on NOTIFY, and from time to time without one; dispose the result before the database. */
  listen(options: ListenOptions): AsyncDisposable
  /** Whether the server answers; a statement that succeeded within the last second counts. */
  isReady(): Promise<boolean>
}

/** What a client waits longer than the server may work: only a server that is frozen or cut off comes to this. */
const answerMarginMs = 500

const firstPauseMs = 100
const longestPauseMs = 2_000

/**
 * Opens a PostgreSQL database and brings it up to date. A server that is not there yet is waited for.
 * @throws Error naming server and database, when it stays away, refuses the login, or a migration fails
 */
export async function openPostgres<Schema>(options: PostgresOptions): Promise<Postgres<Schema>> {
  const { logger, poolMax = 10, statementTimeoutMs = 2_500, bigints = false } = options
  await untilThere(() => migrate(options), options)
  const config: pg.PoolConfig = {
    ...connectionConfig(options),
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + answerMarginMs,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 10_000,
    max: poolMax,
    types: typesWith(bigints ? BigInt : safeInteger),
  }
  const pool = createPool(config, logger)
  const observed = createPostgresMetrics(pool, options.metrics)
  const db = new Kysely<Schema>({
    dialect: new PostgresDialect({ controlClient: pg.Client, pool: kyselyPool(pool, observed) }),
  })
  return {
    db,
    transaction: (work) => runTransaction(db, work, observed.retries),
    listen: (listenOptions) => listen(config, logger, listenOptions),
    isReady: async () =>
      observed.secondsSinceAnswer() < 1 ||
      sql`select 1`.execute(db).then(
        () => true,
        () => false,
      ),
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}

function connectionConfig({
  url,
  applicationName,
  connectTimeoutMs = 1_500,
}: PostgresOptions): pg.PoolConfig {
  return {
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  }
}

/**
 * Waiting for the lock of another migration counts as the time of a statement, so the server sets these none. The client
 * waits for an answer as long as for the server: one that freezes is not waited for without end.
 */
async function migrate(options: PostgresOptions): Promise<void> {
  const config = { ...connectionConfig(options), query_timeout: startTimeoutOf(options), max: 2 }
  const pool = createPool(config, options.logger)
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: kyselyPool(pool) }) })
  try {
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => ({ ...options.migrations }) },
    })
    const { error } = await migrator.migrateToLatest()
    if (error !== undefined) throw error
  } finally {
    await db.destroy()
  }
}

function startTimeoutOf({ startTimeoutMs = 30_000 }: PostgresOptions): number {
  return startTimeoutMs
}

/** Tries again while the server is not there. One line says so, and the last failure names the server. */
async function untilThere(attempt: () => Promise<void>, options: PostgresOptions): Promise<void> {
  const { url, logger } = options
  const { host, pathname } = new URL(url)
  const server = `PostgreSQL at ${host}${pathname}`
  const deadline = performance.now() + startTimeoutOf(options)
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      await attempt()
      return
    } catch (error) {
      const isAway = error instanceof AppError && error.code === 'unavailable'
      const reason = reasonOf(isAway ? error.cause : error)
      if (!isAway || performance.now() > deadline) throw new Error(`${server}: ${reason}`, { cause: error })
      if (pauseMs === firstPauseMs) logger.warn({ reason }, `waiting for ${server}`)
    }
    await setTimeout(pauseMs)
  }
}

/** Of the failures of several addresses of a host, Node gives the code alone. */
function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  return message || (code ?? String(error))
}
