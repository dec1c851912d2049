import type { Socket } from 'node:net'
import type { Logger, Metrics } from '@polyservice-lab/service-kit'

/** How long a connection that has all its bytes may stay open for the client's FIN while the server drains, in ms. */
const drainLingerMs = 500

export interface ConnectionOptions {
  readonly sendTimeoutMs: number
  readonly logger: Logger
  readonly metrics: Metrics
}

/** Why a read brought no bytes. */
export type ReadEnd = 'fin' | 'timeout' | 'draining' | 'closed'

export interface ReadOptions {
  readonly timeoutMs?: number
  /** Whether a drain ends the wait; not where a message has begun. */
  readonly endsOnDrain: boolean
}

/** The client is gone, or was cut off: what serves it ends, and nobody needs to be told. */
export class ConnectionClosed extends Error {}

/**
 * A socket that is read one chunk at a time, and written to no faster than its client takes it. While nobody reads,
 * the socket is paused, so that the client feels it.
 */
export class Connection {
  readonly #socket: Socket
  readonly #options: ConnectionOptions
  readonly #closed = Promise.withResolvers<void>()
  /** A chunk or the client's FIN that came before it was asked for. */
  #arrived: Buffer | 'fin' | undefined
  #reader: ((read: Buffer | ReadEnd) => void) | undefined
  #readerEndsOnDrain = false
  #readTimer: NodeJS.Timeout | undefined
  #room: Promise<void> | undefined
  #ending = false
  #draining = false
  #closeTimer: NodeJS.Timeout | undefined

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
    socket.on('end', () => this.#arrive('fin'))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      logger.debug({ code: error.code }, 'connection failed'),
    )
    socket.on('close', () => {
      clearTimeout(this.#closeTimer)
      this.#deliver('closed')
      this.#closed.resolve()
    })
  }

  /** Resolves when the socket is closed, however that came about. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }

  get draining(): boolean {
    return this.#draining
  }

  /** The next bytes, as one read of the socket brought them, or why there are none. */
  read({ timeoutMs, endsOnDrain }: ReadOptions): Promise<Buffer | ReadEnd> {
    // Before what has arrived: a client that never pauses would keep the server from ever coming to its end.
    if (this.#draining && endsOnDrain) return Promise.resolve('draining')
    const arrived = this.#arrived
    if (arrived !== undefined) {
      if (arrived !== 'fin') {
        this.#arrived = undefined
        this.#socket.resume()
      }
      return Promise.resolve(arrived)
    }
    if (this.#socket.destroyed) return Promise.resolve('closed')
    this.#readerEndsOnDrain = endsOnDrain
    if (timeoutMs !== undefined) this.#readTimer = setTimeout(() => this.#readTimedOut(), timeoutMs)
    return new Promise((resolve) => {
      this.#reader = resolve
    })
  }

  /** Resolves when there is room for more. @throws ConnectionClosed */
  async send(bytes: Uint8Array): Promise<void> {
    if (this.#socket.destroyed || this.#ending) throw new ConnectionClosed()
    this.#options.metrics.sentBytes.inc(bytes.length)
    if (this.#socket.write(bytes)) return
    this.#room ??= this.#untilRoom().finally(() => {
      this.#room = undefined
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
    this.#closeTimer = setTimeout(() => this.#socket.destroy(), this.#options.sendTimeoutMs)
    if (this.#draining) this.#lingerNoLonger()
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

  #arrive(what: Buffer | 'fin'): void {
    if (this.#reader !== undefined) {
      if (what === 'fin') this.#arrived = what
      this.#deliver(what)
      return
    }
    this.#arrived = what
    if (what !== 'fin') this.#socket.pause()
  }

  #deliver(what: Buffer | ReadEnd): void {
    const reader = this.#reader
    this.#reader = undefined
    clearTimeout(this.#readTimer)
    reader?.(what)
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
    const timer = setTimeout(() => {
      this.#options.logger.info(
        { sendTimeoutMs: this.#options.sendTimeoutMs },
        'cut off a client that does not read',
      )
      // A reset, because nothing that is sent now would be told apart from the middle of an answer.
      this.#socket.resetAndDestroy()
    }, this.#options.sendTimeoutMs)
    this.#socket.once('drain', drained)
    void this.#closed.promise.then(() => resolve(false))
    const hasRoom = await promise
    clearTimeout(timer)
    this.#socket.off('drain', drained)
    if (!hasRoom) throw new ConnectionClosed()
  }

  #lingerNoLonger(): void {
    const linger = () => {
      clearTimeout(this.#closeTimer)
      this.#closeTimer = setTimeout(() => this.#socket.destroy(), drainLingerMs)
    }
    if (this.#socket.writableFinished) linger()
    else this.#socket.once('finish', linger)
  }
}
