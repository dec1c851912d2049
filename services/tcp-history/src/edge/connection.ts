import type { Socket } from 'node:net'
import type { Logger, Metrics } from '@polyservice-lab/service-kit'
import type { SendBudget, Waiting } from './send-budget.ts'

/** How long a connection that has all its bytes may stay open for the client's FIN while the server drains, in ms. */
const drainLingerMs = 500

export interface ConnectionOptions {
  readonly sendTimeoutMs: number
  readonly sendBudget: SendBudget
  readonly logger: Logger
  readonly metrics: Metrics
}

/** Why a read brought no bytes. */
export type ReadEnd = 'fin' | 'timeout' | 'draining' | 'closed'

export interface ReadOptions {
  /** The longest pause before the next bytes, in ms. */
  readonly pauseMs?: number
  /** The same for a wait that is long, and may be as much longer as `expire` is called late. */
  readonly idleMs?: number
  /** Whether a drain ends the wait; not where a message has begun. */
  readonly endsOnDrain: boolean
}

/** The client is gone, or was cut off: what serves it ends, and nobody needs to be told. */
export class ConnectionClosed extends Error {}

/**
 * A socket that is read one chunk at a time, and written to no faster than its client takes it. While nobody reads,
 * the socket is paused, so that the client feels it.
 */
export class Connection implements Waiting {
  readonly #socket: Socket
  readonly #options: ConnectionOptions
  readonly #closed = Promise.withResolvers<void>()
  /** A chunk that came before it was asked for. */
  #arrived: Buffer | undefined
  /** Whether the client has half-closed; that may come while a chunk before it still waits, paused or not. */
  #hasFin = false
  #reader: ((read: Buffer | ReadEnd) => void) | undefined
  #readerEndsOnDrain = false
  #readTimer: NodeJS.Timeout | undefined
  #room: Promise<void> | undefined
  #ending = false
  #draining = false
  /** When a wait for the client has been long enough, on the clock of performance.now(). */
  #deadline = Number.POSITIVE_INFINITY

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket
    this.#options = options
    const { metrics, logger } = options
    // A Buffer, because the socket has no encoding.
    socket.on('data', (data) => {
      const chunk = data as Buffer
      metrics.receivedBytes.inc(chunk.length)
      // After the last answer the client's bytes are read only for it to get there: closing on unread bytes resets.
      if (!this.#ending) this.#arrive(chunk)
    })
    socket.on('end', () => {
      this.#hasFin = true
      this.#deliver('fin')
    })
    socket.on('error', (error: NodeJS.ErrnoException) =>
      logger.debug({ code: error.code }, 'connection failed'),
    )
    socket.on('close', () => {
      this.#deliver('closed')
      this.#closed.resolve()
    })
  }

  /** Resolves when the socket is closed, however that came about. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }

  /** The next bytes, as one read of the socket brought them, or why there are none. */
  read({ pauseMs, idleMs, endsOnDrain }: ReadOptions): Promise<Buffer | ReadEnd> {
    // Before what has arrived: a client that never pauses would keep the server from ever coming to its end.
    if (this.#draining && endsOnDrain) return Promise.resolve('draining')
    const arrived = this.#arrived
    if (arrived !== undefined) {
      this.#arrived = undefined
      this.#socket.resume()
      return Promise.resolve(arrived)
    }
    if (this.#hasFin) return Promise.resolve('fin')
    if (this.#socket.destroyed) return Promise.resolve('closed')
    this.#readerEndsOnDrain = endsOnDrain
    if (pauseMs !== undefined) this.#readTimer = setTimeout(() => this.#readTimedOut(), pauseMs)
    if (idleMs !== undefined) this.#deadline = performance.now() + idleMs
    return new Promise((resolve) => {
      this.#reader = resolve
    })
  }

  /**
   * Resolves when there is room for more.
   * @param options.shared whether the bytes are a view of the history, which is there anyhow
   * @throws ConnectionClosed
   */
  async send(bytes: Uint8Array, { shared = false } = {}): Promise<void> {
    if (this.#socket.destroyed || this.#ending) throw new ConnectionClosed()
    this.#options.metrics.sentBytes.inc(bytes.length)
    if (this.#socket.write(bytes)) return
    if (!shared) this.#options.sendBudget.hold(this, bytes.length)
    this.#room ??= this.#untilRoom().finally(() => {
      this.#room = undefined
      this.#options.sendBudget.release(this)
    })
    await this.#room
  }

  /**
   * Sends the last bytes and half-closes. What the client still sends is read and dropped, until it closes as well or
   * SEND_TIMEOUT_MS are over.
   */
  end(lastBytes?: Uint8Array): void {
    if (this.#ending || this.#socket.destroyed) return
    this.#ending = true
    this.#arrived = undefined
    this.#options.metrics.sentBytes.inc(lastBytes?.length ?? 0)
    if (lastBytes === undefined) this.#socket.end()
    else this.#socket.end(lastBytes)
    this.#socket.resume()
    this.#deadline = performance.now() + this.#options.sendTimeoutMs
    if (this.#draining) this.#lingerNoLonger()
  }

  /**
   * Ends a wait that has been long enough. Somebody calls this from time to time for all connections: a timer for each
   * wait of each of them would cost as much as reading and appending a message.
   */
  expire(now: number): void {
    if (now < this.#deadline) return
    this.#deadline = Number.POSITIVE_INFINITY
    if (this.#ending) this.#socket.destroy()
    else this.#readTimedOut()
  }

  /** Closes with a reset: nothing that could be sent now would be told apart from the middle of an answer. */
  cutOff(why: string): void {
    this.#options.logger.info({ why }, 'cut off a client that does not read')
    this.#socket.resetAndDestroy()
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy()
  }

  /** For a connection that lasts: answers are not held back, and a peer that is gone is noticed. */
  keepOpen(): void {
    this.#socket.setNoDelay(true)
    this.#socket.setKeepAlive(true, 60_000)
  }

  /** Ends a wait for a request that has not begun, and the wait for the client's FIN. */
  drain(): void {
    this.#draining = true
    if (this.#readerEndsOnDrain) this.#deliver('draining')
    if (this.#ending) this.#lingerNoLonger()
  }

  #arrive(chunk: Buffer): void {
    if (this.#reader !== undefined) {
      this.#deliver(chunk)
      return
    }
    this.#arrived = chunk
    this.#socket.pause()
  }

  #deliver(what: Buffer | ReadEnd): void {
    const reader = this.#reader
    if (reader === undefined) return
    this.#reader = undefined
    this.#deadline = Number.POSITIVE_INFINITY
    clearTimeout(this.#readTimer)
    reader(what)
  }

  /** Timers run before sockets are read: bytes that came in time may still lie there, and get their turn first. */
  #readTimedOut(): void {
    const reader = this.#reader
    setImmediate(() => {
      if (this.#reader === reader) this.#deliver('timeout')
    })
  }

  async #untilRoom(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const drained = () => resolve(true)
    const closed = () => resolve(false)
    const { sendTimeoutMs } = this.#options
    const timer = setTimeout(() => this.cutOff(`it took nothing for ${sendTimeoutMs} ms`), sendTimeoutMs)
    this.#socket.once('drain', drained).once('close', closed)
    const hasRoom = await promise
    clearTimeout(timer)
    this.#socket.off('drain', drained).off('close', closed)
    if (!hasRoom) throw new ConnectionClosed()
  }

  #lingerNoLonger(): void {
    const linger = () => {
      const timer = setTimeout(() => this.#socket.destroy(), drainLingerMs)
      this.#socket.once('close', () => clearTimeout(timer))
    }
    if (this.#socket.writableFinished) linger()
    else this.#socket.once('finish', linger)
  }
}
