import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { AppError, type BudgetShare, pieceBytes, type Waiting } from '@polyservice-lab/service-kit'
import type { EdgeDeps } from './edge-deps.ts'
import { hasLeft } from './errors.ts'

/** How long a connection that has all its bytes may stay open for the client's FIN while the server drains, in ms. */
const drainLingerMs = 500

/** Why a read brought no bytes. */
export type ReadEnd = 'fin' | 'pause' | 'timeout' | 'draining' | 'closed'

export interface ReadOptions {
  /** The longest pause before the next bytes, in ms; then it is `pause`. */
  readonly pauseMs?: number
  /** When it is `timeout`, on the clock of performance.now(), or as much later as `expire` is called. */
  readonly until?: number | undefined
  /** Whether a drain ends the wait; not where a message has begun. */
  readonly endsOnDrain: boolean
}

/**
 * A socket that is read one chunk at a time, and written to no faster than its client takes it. While nobody reads, one
 * chunk at most is taken from the kernel, so that the client feels it. What the connection holds in memory is counted:
 * what came in against RECEIVE_BYTES_MAX, and against SEND_BYTES_MAX as long as the client keeps the server waiting.
 */
export class Connection implements Waiting {
  /** When it was accepted, on the clock of performance.now(). */
  readonly begunAt = performance.now()
  /** What the client has chosen; `connection` before. */
  mode: 'connection' | 'plain' | 'framed' = 'connection'
  #id: string | undefined
  readonly #socket: Socket
  readonly #deps: EdgeDeps
  readonly #received: BudgetShare
  /** Bytes that were read and are not done with. */
  #heldBytes = 0
  /** Bytes that the client has not taken, but for those that are in the history anyhow. */
  #unsentBytes = 0
  /** Resolves when the client has taken all. */
  #room: Promise<void> | undefined
  #reader: ((read: Buffer | ReadEnd) => void) | undefined
  #readerEndsOnDrain = false
  #pauseTimer: NodeJS.Timeout | undefined
  /** When a wait for the client has been long enough, on the clock of performance.now(). */
  #deadline = Number.POSITIVE_INFINITY
  #fault: AppError | undefined
  #ending = false
  #dropping = false
  #draining = false

  /** @param onClose is called when the socket is closed, however that came about */
  constructor(socket: Socket, deps: EdgeDeps, onClose: () => void) {
    this.#socket = socket
    this.#deps = deps
    this.#received = deps.receiveBudget.open()
    socket.on('readable', () => this.#arrived())
    socket.on('end', () => this.#deliver('fin'))
    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      deps.logger.debug({ requestId: this.id, code }, 'connection failed'),
    )
    socket.on('close', () => {
      this.#deliver('closed')
      this.#received.hold(0)
      deps.sendBudget.hold(this, 0)
      onClose()
    })
  }

  /** Stands in all log lines of the connection. */
  get id(): string {
    this.#id ??= randomUUID()
    return this.#id
  }

  /** The next bytes, or why there are none. @throws AppError `unavailable` where all clients together sent too much */
  read({ pauseMs, until, endsOnDrain }: ReadOptions): Promise<Buffer | ReadEnd> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault)
    // Before what has arrived: a client that never pauses would keep the server from ever coming to its end.
    if (this.#draining && endsOnDrain) return Promise.resolve('draining')
    const arrived = this.#take()
    if (arrived !== null) return Promise.resolve(arrived)
    if (this.#socket.readableEnded) return Promise.resolve('fin')
    if (this.#socket.destroyed) return Promise.resolve('closed')
    this.#readerEndsOnDrain = endsOnDrain
    if (pauseMs !== undefined) this.#pauseTimer = setTimeout(() => this.#readTimedOut('pause'), pauseMs)
    if (until !== undefined) this.#deadline = until
    return new Promise((resolve) => {
      this.#reader = resolve
    })
  }

  /**
   * Says how many bytes of what was read are not done with.
   * @throws AppError `unavailable` where all clients together sent too much
   */
  hold(bytes: number): void {
    this.#heldBytes = bytes
    this.#count()
  }

  /**
   * Resolves when so many bytes may be made and sent: a crowd that asks for much holds up nobody else.
   * @throws AppError why the connection is closed
   */
  async turnToSend(bytes: number): Promise<void> {
    await this.#deps.sendBudget.turn(bytes)
    if (this.#socket.destroyed) throw this.#whyClosed()
  }

  /**
   * Resolves when there is room for more.
   * @param options.shared whether the bytes are a view of the history, which is there anyhow
   * @throws AppError why the connection is closed: `cancelled` where the client left
   */
  async send(bytes: Uint8Array, { shared = false } = {}): Promise<void> {
    const socket = this.#socket
    if (socket.destroyed || this.#ending) throw this.#whyClosed()
    this.#deps.metrics.sentBytes.inc(bytes.length)
    socket.write(bytes)
    // What the kernel took at once waits no longer.
    if (socket.writableLength === 0) return
    this.#unsentBytes += (shared ? 0 : bytes.length) + pieceBytes
    this.#room ??= this.#untilRoom()
    this.#count()
    await this.#room
  }

  /**
   * Sends the last bytes and half-closes. What the client still sends is read and dropped, until it closes as well or
   * SEND_TIMEOUT_MS are over: closing on unread bytes would reset, and the last bytes might not get there.
   * @returns whether they are on their way
   */
  end(lastBytes: Uint8Array = new Uint8Array(0)): boolean {
    if (this.#ending || this.#socket.destroyed) return false
    this.#ending = true
    this.#deps.metrics.sentBytes.inc(lastBytes.length)
    this.#socket.end(lastBytes)
    this.#arrived()
    this.#deadline = performance.now() + this.#deps.config.sendTimeoutMs
    if (this.#draining) this.#lingerNoLonger()
    return true
  }

  /**
   * Ends a wait that has been long enough. Somebody calls this from time to time for all connections: a timer for each
   * wait of each of them would cost as much as reading and appending a message.
   */
  expire(now: number): void {
    if (now < this.#deadline) return
    this.#deadline = Number.POSITIVE_INFINITY
    if (this.#ending) this.#socket.destroy()
    else this.#readTimedOut('timeout')
  }

  /** Closes with a reset: nothing that could be sent now would be told apart from the middle of an answer. */
  cutOff(why: string, code: ErrorCode = 'resource_exhausted', kind = 'does not read'): void {
    this.#fault ??= new AppError(code, why)
    this.#deps.logger.info({ requestId: this.id, why }, `cut off a client that ${kind}`)
    // A reset on the way of a shutdown fails in libuv, and Node would never tell that the socket is closed.
    if (this.#ending) this.#socket.destroy()
    else this.#socket.resetAndDestroy()
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

  #arrived(): void {
    if (this.#reader === undefined) this.#countArrived()
    if (this.#ending) void this.#drop()
    else if (this.#reader !== undefined) {
      const chunk = this.#take()
      if (chunk !== null) this.#deliver(chunk)
    }
  }

  /** Reads what nobody needs, in its turn: a crowd that goes on sending would keep the event loop from all else. */
  async #drop(): Promise<void> {
    if (this.#dropping || this.#socket.readableLength === 0) return
    this.#dropping = true
    await this.#deps.sendBudget.turn(this.#socket.readableLength)
    this.#dropping = false
    this.#take()
    this.#countArrived()
  }

  #take(): Buffer | null {
    const chunk: Buffer | null = this.#socket.read()
    if (chunk !== null) this.#deps.metrics.receivedBytes.inc(chunk.length)
    return chunk
  }

  #deliver(what: Buffer | ReadEnd): void {
    const reader = this.#reader
    if (reader === undefined) return
    this.#reader = undefined
    this.#deadline = Number.POSITIVE_INFINITY
    clearTimeout(this.#pauseTimer)
    reader(what)
  }

  /** Timers run before sockets are read: bytes that came in time may still lie there, and get their turn first. */
  #readTimedOut(how: 'pause' | 'timeout'): void {
    const reader = this.#reader
    setImmediate(() => {
      if (this.#reader === reader) this.#deliver(how)
    })
  }

  #count(): void {
    if (this.#socket.destroyed) return
    const received = (this.#ending ? 0 : this.#heldBytes) + this.#socket.readableLength
    this.#received.hold(this.#room === undefined ? received : 0)
    if (this.#room !== undefined) this.#deps.sendBudget.hold(this, this.#unsentBytes + received)
  }

  /** Counts what arrived before anybody asked for it. Where it is too much, nobody can be told at that moment. */
  #countArrived(): void {
    try {
      this.#count()
    } catch (error) {
      if (error instanceof AppError) this.cutOff(error.message, error.code, 'sends too much')
    }
  }

  async #untilRoom(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const done = () => resolve()
    const { sendTimeoutMs } = this.#deps.config
    const timer = setTimeout(
      () => this.cutOff(`it took nothing for ${sendTimeoutMs} ms`, 'deadline_exceeded'),
      sendTimeoutMs,
    )
    this.#socket.once('drain', done).once('close', done)
    await promise
    clearTimeout(timer)
    this.#socket.off('drain', done).off('close', done)
    this.#room = undefined
    this.#unsentBytes = 0
    this.#deps.sendBudget.hold(this, 0)
    if (this.#socket.destroyed) throw this.#whyClosed()
    this.#countArrived()
  }

  #whyClosed(): AppError {
    return this.#fault ?? hasLeft()
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
