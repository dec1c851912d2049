import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from '../logger.ts'

export interface ListenOptions {
  readonly channel: string
  /**
   * Told that something may have changed: after each NOTIFY, each new connection, and from time to time without either.
   * Notifications are hints: what has changed is read from the tables. One call at a time; a failed one is logged.
   */
  readonly onChange: () => void | Promise<void>
  /** How often it is called without a notification, and the connection is probed, in ms. Default: 2000. */
  readonly pollMs?: number
}

/** Listens until it is disposed, on a connection of its own, which is opened again whenever it is lost. */
export function listen(
  config: pg.ClientConfig,
  logger: Logger,
  { channel, onChange, pollMs = 2_000 }: ListenOptions,
): AsyncDisposable {
  const stopping = new AbortController()
  const { signal } = stopping
  const change = oneAtATime(async () => {
    if (!signal.aborted) await onChange()
  }, logger)
  const poll = setInterval(change, pollMs)

  async function listenOnce(): Promise<void> {
    const client = new pg.Client(config)
    const lost = new Promise<'lost'>((resolve) => {
      // A lost connection fires `error` twice and then `end`.
      client.on('error', () => resolve('lost'))
      client.once('end', () => resolve('lost'))
    })
    try {
      await client.connect()
      client.on('notification', change)
      await client.query(`listen ${pg.escapeIdentifier(channel)}`)
      change()
      while ((await Promise.race([lost, setTimeout(pollMs, 'probe', { signal })])) === 'probe')
        // A cut network fires nothing: the query timeout of the client finds it.
        await client.query('select 1')
    } finally {
      client.end().catch(() => {})
    }
  }

  async function listenAlways(): Promise<void> {
    while (!signal.aborted) {
      await listenOnce().catch((error: unknown) => {
        if (!signal.aborted) logger.debug({ err: error, channel }, 'no connection to listen on')
      })
      await setTimeout(Math.min(pollMs, 1_000), undefined, { signal }).catch(() => {})
    }
  }

  const listening = listenAlways()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(poll)
      stopping.abort()
      await listening
    },
  }
}

/** Calls that come while one runs become one more call after it. */
function oneAtATime(work: () => Promise<void>, logger: Logger): () => void {
  let runs = false
  let again = false
  async function run(): Promise<void> {
    runs = true
    do {
      again = false
      await work().catch((error: unknown) => logger.warn({ err: error }, 'a change was not taken in'))
    } while (again)
    runs = false
  }
  return () => {
    if (runs) again = true
    else void run()
  }
}
