import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import {
  exchanges,
  type MessageData,
  type MessageOf,
  type MessageType,
  messageSources,
  type SagaMessage,
} from '@polyservice-lab/contracts/order-saga'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Migration } from 'kysely/migration'
import { AppError } from '../app-error.ts'
import { openPostgres, type Postgres } from '../postgres/index.ts'
import type { ServiceDeps } from '../run-service.ts'
import type { BrokerConfig } from './config.ts'
import type { SagaCounts } from './metrics.ts'
import { type SagaTables, sagaMigrations } from './tables.ts'
import { createTraceparent } from './traceparent.ts'

/** Together, with half a second for the answer, a call whose server is silent ends within five seconds. */
const timeouts = { connectTimeoutMs: 2_000, statementTimeoutMs: 2_000 }
/** Six for messages, the others for requests. */
const poolMax = 16
const attemptMs = 10_000
const pauseMs = 1_000
const countEveryMs = 5_000
const tidyEveryMs = 600_000
/** Rows of the inbox that one statement forgets. */
const forgottenMax = 5_000

const cloudEvents = 'application/cloudevents+json'

/** A message that is to be made. */
export interface Draft<Type extends MessageType> {
  readonly type: Type
  /** The id of the order. */
  readonly subject: string
  /** The traceparent of what it follows from: a request or a message. */
  readonly parent: string
  readonly data: MessageData<Type>
}

/** A body that is to be sent as it is. */
export interface Letter {
  readonly exchange: string
  readonly routingKey: string
  readonly body: Buffer
  readonly messageId?: string | null
  readonly type?: string | null
  readonly contentType?: string | null
}

/** A transaction whose messages are sent when it has committed, and never when it has not. */
export interface SagaTransaction<Schema extends SagaTables> {
  readonly db: Transaction<Schema>
  /** Writes a new message, with an id and a time of its own, to the outbox. */
  send<Type extends MessageType>(draft: Draft<Type>): Promise<MessageOf<Type>>
  /** Writes a message once more, with the id that it has. */
  sendAgain(message: SagaMessage): Promise<void>
  /** Writes a body that need not be a message. */
  sendLetter(letter: Letter): Promise<void>
  /** Calls back when it has committed. */
  afterCommit(callback: () => void): void
}

/** The database of a service, with the outbox in it. It is waited for without end; until then its calls throw AppError `unavailable`. */
export interface SagaDatabase<Schema extends SagaTables> extends AsyncDisposable {
  readonly db: Kysely<Schema>
  /** Runs again after a serialization failure or a deadlock, so its work has no effect but through the transaction. */
  transaction<T>(work: (transaction: SagaTransaction<Schema>) => Promise<T>): Promise<T>
  /** Resolves when it is open and up to date for the first time. */
  readonly opened: Promise<void>
  /** Whether it is open and answers. */
  isReady(): Promise<boolean>
  /** @throws AppError `unavailable`, reason `outbox_full`, where more messages wait than may */
  checkOutbox(): void
}

/** What the broker needs of a database beside its public side. */
export interface OpenSagaDatabase<Schema extends SagaTables> extends SagaDatabase<Schema> {
  readonly counts: SagaCounts
  /** Reads the numbers of rows anew. */
  count(): Promise<void>
  /** Calls back after each commit that wrote to the outbox. */
  onWritten(listener: () => void): void
}

export interface SagaDatabaseOptions {
  readonly applicationName: string
  /** Those of the service; the tables of messages come before them. */
  readonly migrations: Readonly<Record<string, Migration>>
  readonly config: Pick<BrokerConfig, 'databaseUrl' | 'outboxRowsMax' | 'inboxKeepMs'>
  readonly deps: ServiceDeps
}

/** Opens the database of a service in the background. */
export function openSagaDatabase<Schema extends SagaTables>(
  options: SagaDatabaseOptions,
): OpenSagaDatabase<Schema> {
  const { config } = options
  const stopping = new AbortController()
  const counts: SagaCounts = { unsent: undefined, held: 0 }
  const listeners: (() => void)[] = []
  let postgres: Postgres<Schema> | undefined
  const timers: NodeJS.Timeout[] = []

  function open(): Postgres<Schema> {
    if (postgres === undefined) throw new AppError('unavailable', 'the database is not available')
    return postgres
  }

  async function count(): Promise<void> {
    const { rows } = await sql<{ unsent: number; held: number }>`
      select (select count(*) from outbox) unsent, (select count(*) from "heldMessages") held`.execute(
      open().db,
    )
    Object.assign(counts, rows[0])
  }

  /** Forgets old messages. */
  async function tidy(): Promise<void> {
    const before = new Date(Date.now() - config.inboxKeepMs)
    await sql`delete from inbox where (id, queue) in
      (select id, queue from inbox where "receivedAt" < ${before} limit ${forgottenMax})`.execute(open().db)
  }

  function every(ms: number, work: () => Promise<void>): void {
    timers.push(setInterval(() => void work().catch(() => {}), ms))
  }

  const opened = (async () => {
    postgres = await untilOpen<Schema>(options, stopping.signal)
    await count().catch(() => {})
    every(countEveryMs, count)
    every(tidyEveryMs, tidy)
  })()
  // It rejects only where it is disposed before.
  opened.catch(() => {})

  return {
    get db() {
      return open().db
    },
    async transaction(work) {
      let written = 0
      let callbacks: (() => void)[] = []
      const result = await open().transaction((db) => {
        written = 0
        callbacks = []
        return work(createTransaction(db, () => written++, callbacks))
      })
      if (written > 0) {
        counts.unsent = (counts.unsent ?? 0) + written
        for (const listener of listeners) listener()
      }
      for (const callback of callbacks) callback()
      return result
    },
    opened,
    isReady: async () => postgres !== undefined && (await postgres.isReady()),
    checkOutbox() {
      if ((counts.unsent ?? 0) > config.outboxRowsMax)
        throw new AppError('unavailable', 'too many messages wait to be sent', { reason: 'outbox_full' })
    },
    counts,
    count,
    onWritten: (listener) => listeners.push(listener),
    async [Symbol.asyncDispose]() {
      stopping.abort()
      for (const timer of timers) clearInterval(timer)
      await postgres?.[Symbol.asyncDispose]()
    },
  }
}

/** Whatever keeps it from opening may pass: a server, a role or a database that is not there yet. */
async function untilOpen<Schema>(
  { applicationName, migrations, config, deps }: SagaDatabaseOptions,
  signal: AbortSignal,
): Promise<Postgres<Schema>> {
  for (;;) {
    signal.throwIfAborted()
    try {
      const postgres = await openPostgres<Schema>({
        ...deps,
        ...timeouts,
        poolMax,
        applicationName,
        url: config.databaseUrl,
        migrations: { ...sagaMigrations, ...migrations },
        startTimeoutMs: attemptMs,
      })
      if (!signal.aborted) return postgres
      await postgres[Symbol.asyncDispose]()
    } catch (error) {
      deps.logger.warn({ err: error }, 'the database is not open yet')
    }
    await setTimeout(pauseMs, undefined, { signal })
  }
}

function createTransaction<Schema extends SagaTables>(
  db: Transaction<Schema>,
  noteWritten: () => void,
  callbacks: (() => void)[],
): SagaTransaction<Schema> {
  const outbox = db as unknown as Transaction<SagaTables>

  async function sendLetter(letter: Letter): Promise<void> {
    const { exchange, routingKey, body, messageId = null, type = null, contentType = null } = letter
    const row = { exchange, routingKey, body, messageId, type, contentType }
    await outbox.insertInto('outbox').values(row).execute()
    noteWritten()
  }

  function sendAgain(message: SagaMessage): Promise<void> {
    return sendLetter({
      exchange: exchanges.messages,
      routingKey: message.type,
      body: Buffer.from(JSON.stringify(message)),
      messageId: message.id,
      type: message.type,
      contentType: cloudEvents,
    })
  }

  return {
    db,
    sendLetter,
    sendAgain,
    afterCommit: (callback) => callbacks.push(callback),
    async send({ type, subject, parent, data }) {
      const message = {
        specversion: '1.0',
        id: randomUUID(),
        source: messageSources[type],
        type,
        subject,
        time: new Date().toISOString(),
        datacontenttype: 'application/json',
        traceparent: createTraceparent(parent),
        data,
      } as const
      await sendAgain(message as unknown as SagaMessage)
      return message
    },
  }
}
