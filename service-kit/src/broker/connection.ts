import { type ChannelModel, connect } from 'amqplib'
import type { Logger } from '../logger.ts'
import { withDeadline } from './deadline.ts'

/** A broker that is silent for twice as long is gone. */
const heartbeatSeconds = 5
const connectTimeoutMs = 5_000
const closeTimeoutMs = 1_000
const firstPauseMs = 200
const longestPauseMs = 1_000

export interface ConnectionOptions {
  readonly url: string
  /** What the broker shows of it. */
  readonly name: string
  readonly logger: Logger
  /**
   * Makes a new connection useful; when it throws, the connection is given up and the next one is tried.
   * @param lose ends the connection, with a reason for the log
   */
  readonly setUp: (model: ChannelModel, lose: (reason: string) => void) => Promise<void>
  /** Told when it is useful, and when it is lost. */
  readonly onChange: (isUp: boolean) => void
}

export interface Connection extends AsyncDisposable {
  readonly isUp: boolean
}

/** Opens a connection to the broker; the caller listens to its errors. */
export async function openConnection(url: string, name: string): Promise<ChannelModel> {
  const withHeartbeat = new URL(url)
  withHeartbeat.searchParams.set('heartbeat', String(heartbeatSeconds))
  const options = {
    timeout: connectTimeoutMs,
    noDelay: true,
    keepAlive: true,
    clientProperties: { connection_name: name },
  }
  return withDeadline(connect(withHeartbeat.href, options), 'connecting', 2 * connectTimeoutMs)
}

/** A goodbye that a frozen broker does not answer is not waited for. */
export async function closeConnection(model: ChannelModel): Promise<void> {
  await withDeadline(model.close(), 'closing', closeTimeoutMs).catch(() => {})
  ;(model.connection as unknown as { stream: { destroy(): void } }).stream.destroy()
}

/** Keeps a connection to the broker: it is opened again, within a second or two, whenever it is lost. */
export function keepConnected({ url, name, logger, setUp, onChange }: ConnectionOptions): Connection {
  let isStopping = false
  let stop = () => {}
  let isUp = false

  function change(now: boolean): void {
    if (isUp === now) return
    isUp = now
    onChange(now)
  }

  /** @returns why it was lost */
  async function live(): Promise<string> {
    const model = await openConnection(url, name)
    try {
      const { promise: lost, resolve: lose } = Promise.withResolvers<string>()
      model.on('error', (error: Error) => lose(error.message))
      model.once('close', () => lose('closed'))
      stop = () => lose('stopped')
      if (isStopping) return 'stopped'
      const failed = await Promise.race([lost, setUp(model, lose).then(() => undefined)])
      if (failed !== undefined) return failed
      change(true)
      logger.info({ connection: name }, 'connected to the broker')
      return await lost
    } finally {
      change(false)
      await closeConnection(model)
    }
  }

  async function liveAlways(): Promise<void> {
    for (let pauseMs = firstPauseMs; !isStopping; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const reason = await live().catch((error: Error) => error.message)
      if (isStopping) return
      if (pauseMs === firstPauseMs) logger.warn({ connection: name, reason }, 'no connection to the broker')
      else logger.debug({ connection: name, reason }, 'no connection to the broker')
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauseMs)
        stop = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  const living = liveAlways()
  return {
    get isUp() {
      return isUp
    },
    async [Symbol.asyncDispose]() {
      isStopping = true
      stop()
      await living
    },
  }
}
