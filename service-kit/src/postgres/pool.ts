import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import pg from 'pg'
import type { Logger } from '../logger.ts'
import { workSignal } from '../work.ts'
import { classify, isConnectionFault, isSilence } from './errors.ts'
import type { PostgresMetrics } from './metrics.ts'

/** How long the end waits for what is in use, and for the goodbye of the server, in ms. */
const endTimeoutMs = 3_000

/** What may be sent again on another connection: it changes nothing, and nothing was done before it. */
const repeatable = /^\s*(select|begin|start transaction)\b/i

/** What is sent whatever becomes of the call: the end of what was begun. */
const endOfTransaction = /^\s*(commit|rollback)\b/i

/** How values are read; times without a zone stay texts. @param readInteger of an integer of 64 bits */
export function typesWith(readInteger: (text: string) => number | bigint): pg.CustomTypesConfig {
  function getTypeParser(oid: number, format: 'text') {
    if (oid === pg.types.builtins.INT8) return readInteger
    if (oid === pg.types.builtins.DATE || oid === pg.types.builtins.TIMESTAMP) return String
    return pg.types.getTypeParser(oid, format)
  }
  return { getTypeParser: getTypeParser as typeof pg.types.getTypeParser }
}

/** @throws RangeError where a number cannot hold it */
export function safeInteger(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number)) return number
  throw new RangeError(`an integer of the database is beyond 2^53: ${text}`)
}

/** Opens a pool whose connections may die at any time without ending the process. */
export function createPool(config: pg.PoolConfig, logger: Logger): pg.Pool {
  const pool = new pg.Pool(config)
  const note = (error: Error) => logger.debug({ err: classify(error) }, 'a connection to PostgreSQL was lost')
  // The pool listens to idle connections only; one that is in use and dies would end the process.
  pool.on('error', note)
  pool.on('connect', (client) => client.on('error', note))
  return pool
}

/** A pool as Kysely takes it: errors are classified, connections after a fault are not used again, all is measured. */
export function kyselyPool(pool: pg.Pool, metrics?: PostgresMetrics): PostgresPool {
  const open = new Set<pg.PoolClient>()
  pool.on('connect', (client) => {
    open.add(client)
    client.once('end', () => open.delete(client))
  })
  return {
    options: pool.options,
    connect: async () => new Connection(pool, await acquire(pool, metrics), metrics),
    end: async () => {
      const cut = setTimeout(() => open.forEach(destroySocket), endTimeoutMs)
      await pool.end()
      clearTimeout(cut)
    },
  }
}

/** A goodbye that a frozen server does not answer would be waited for without end. */
function destroySocket(client: pg.PoolClient): void {
  ;(client as pg.PoolClient & { connection: pg.Connection }).connection.stream.destroy()
}

async function acquire(pool: pg.Pool, metrics?: PostgresMetrics): Promise<pg.PoolClient> {
  const stop = metrics?.waits.startTimer()
  try {
    return await pool.connect()
  } catch (error) {
    throw classify(error)
  } finally {
    stop?.()
  }
}

class Connection implements PostgresPoolClient {
  readonly #pool: pg.Pool
  readonly #metrics: PostgresMetrics | undefined
  #client: pg.PoolClient | undefined
  #isFresh = true
  #isBroken = false

  constructor(pool: pg.Pool, client: pg.PoolClient, metrics?: PostgresMetrics) {
    this.#pool = pool
    this.#client = client
    this.#metrics = metrics
  }

  // Kysely's second signature is for cursors, which this pool has none of.
  query(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<never>>
  query(cursor: never): never
  async query(sql: string, parameters: readonly unknown[] = []): Promise<unknown> {
    const stop = this.#metrics?.queries.startTimer()
    try {
      const result = await this.#sendUnlessStopped(sql, [...parameters])
      stop?.({ outcome: 'ok' })
      this.#metrics?.answered()
      return result
    } catch (error) {
      stop?.({ outcome: 'error' })
      this.#isBroken ||= isConnectionFault(error)
      throw classify(error)
    }
  }

  /** Sends a statement. Where nobody waits for the answer any more, it is not sent, or cancelled on the server. */
  async #sendUnlessStopped(sql: string, parameters: unknown[]): Promise<unknown> {
    const signal = endOfTransaction.test(sql) ? undefined : workSignal()
    if (signal === undefined) return this.#send(sql, parameters)
    signal.throwIfAborted()
    let cancelling: Promise<void> | undefined
    const cancel = () => {
      cancelling = cancelStatement(this.#pool, this.#client)
    }
    signal.addEventListener('abort', cancel)
    try {
      return await this.#send(sql, parameters)
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      signal.removeEventListener('abort', cancel)
      // A cancellation that comes late must not meet the next statement of the connection.
      await cancelling
    }
  }

  /** After a restart of the server a pool may still hold connections of the old one: a first statement is sent again. */
  async #send(sql: string, parameters: unknown[]): Promise<unknown> {
    const mayRepeat = this.#isFresh && repeatable.test(sql)
    this.#isFresh = false
    try {
      return await this.#held.query(sql, parameters)
    } catch (error) {
      if (!mayRepeat || !isConnectionFault(error) || isSilence(error)) throw error
      this.release(true)
      this.#client = await this.#pool.connect()
      return this.#client.query(sql, parameters)
    }
  }

  get #held(): pg.PoolClient {
    if (this.#client === undefined) throw new Error('Client was closed')
    return this.#client
  }

  release(destroy = false): void {
    this.#client?.release(destroy || this.#isBroken)
    this.#client = undefined
  }
}

/** Asks the server, on a connection of its own, to give up what a client waits for. */
async function cancelStatement(pool: pg.Pool, client: pg.PoolClient | undefined): Promise<void> {
  const control = new pg.Client(pool.options)
  // A server that is away or silent works on nothing that could be cancelled.
  control.on('error', () => {})
  try {
    await control.connect()
    const { processID } = client as unknown as { processID: number }
    await control.query('select pg_cancel_backend($1)', [processID])
  } catch {
  } finally {
    control.end().catch(() => {})
  }
}
