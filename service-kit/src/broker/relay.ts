import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { Logger } from '../logger.ts'
import type { OpenSagaDatabase, SagaTransaction } from './database.ts'
import type { SagaMetrics } from './metrics.ts'
import type { Publisher } from './publisher.ts'
import type { SagaTables } from './tables.ts'

/** Rows that are published before the confirm of the first. */
const batchMax = 100
const failurePauseMs = 200

export interface RelayOptions<Schema extends SagaTables> {
  readonly database: OpenSagaDatabase<Schema>
  readonly publisher: Publisher
  readonly metrics: SagaMetrics
  readonly pollMs: number
  readonly logger: Logger
  /** Told, in the transaction that marks them as sent, the ids of messages that the broker confirmed. */
  readonly onSent?: (messageIds: readonly string[], transaction: SagaTransaction<Schema>) => Promise<void>
}

interface Row {
  readonly seq: number
  readonly messageId: string | null
  readonly type: string | null
}

export interface Relay extends AsyncDisposable {
  /** Looks at the outbox now. */
  wake(): void
}

/**
 * Publishes what stands in the outbox, in the order of writing, and takes it out at the confirm. What was not confirmed is
 * published again; so is, after a crash, what was confirmed and not yet taken out.
 */
export function startRelay<Schema extends SagaTables>(options: RelayOptions<Schema>): Relay {
  const { database, publisher, metrics, pollMs, logger, onSent } = options
  let isStopping = false
  let isWoken = false
  let wake = () => {}
  /** Confirmed, and still in the table because the database went away. */
  let unmarked: Row[] = []

  async function mark(): Promise<void> {
    if (unmarked.length === 0) return
    const rows = unmarked
    await database.transaction(async (transaction) => {
      const seqs = rows.map(({ seq }) => seq)
      await tablesOf(transaction).deleteFrom('outbox').where('seq', 'in', seqs).execute()
      const ids = rows.flatMap(({ messageId }) => (messageId === null ? [] : [messageId]))
      await onSent?.(ids, transaction)
    })
    unmarked = []
    database.counts.unsent = Math.max(0, (database.counts.unsent ?? 0) - rows.length)
  }

  /** Publishes all that waits. @returns whether all of it was confirmed */
  async function sweep(): Promise<boolean> {
    let isClean = true
    for (let after = 0; !isStopping; ) {
      await mark()
      const rows = await tablesOf(database)
        .selectFrom('outbox')
        .selectAll()
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(batchMax)
        .execute()
      const last = rows.at(-1)
      if (last === undefined) return isClean
      after = last.seq
      const results = await Promise.allSettled(rows.map((row) => publisher.publish(row)))
      for (const [index, row] of rows.entries()) {
        const result = results[index]
        if (result?.status === 'fulfilled') {
          unmarked.push(row)
          if (row.type !== null) metrics.sent.inc({ type: row.type })
        } else {
          isClean = false
          logger.debug({ type: row.type, err: result?.reason }, 'a message was not confirmed')
        }
      }
      if (!isClean && !publisher.isOpen) return false
    }
    return isClean
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async function run(): Promise<void> {
    while (!isStopping) {
      isWoken = false
      const isClean = await (publisher.isOpen ? sweep() : mark().then(() => true)).catch((error: unknown) => {
        logger.debug({ err: error }, 'the outbox cannot be read')
        return false
      })
      if (!isClean && !isStopping) await sleep(failurePauseMs)
      else if (!isWoken && !isStopping) await pause(pollMs)
    }
    await mark().catch(() => {})
  }

  const running = run()
  function wakeUp(): void {
    isWoken = true
    wake()
  }
  return {
    wake: wakeUp,
    async [Symbol.asyncDispose]() {
      isStopping = true
      wakeUp()
      await running
    },
  }
}

/** The tables that every schema has. */
function tablesOf<Schema extends SagaTables>({ db }: { readonly db: Kysely<Schema> }): Kysely<SagaTables> {
  return db as unknown as Kysely<SagaTables>
}
