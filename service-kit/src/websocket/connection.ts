import type { Socket } from 'node:net'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { AppError } from '../app-error.ts'
import type { Sender } from './answer-budget.ts'
import type { Close, Message, Shared } from './connection-options.ts'
import { Heartbeat } from './heartbeat.ts'
import { Inbox } from './inbox.ts'
import { frameCost, type ServerWebSocket } from './server-web-socket.ts'

/** One client after its handshake: its messages one after the other. While it does not read, it is not read from. */
export class Connection implements Sender {
  readonly requestId: string
  readonly #webSocket: ServerWebSocket
  readonly #socket: Socket
  readonly #shared: Shared
  readonly #openedAt = performance.now()
  readonly #inbox: Inbox
  readonly #heartbeat: Heartbeat
  #isHandling = false
  /** Frames that have not left, and what all that has not left costs. */
  #frames = 0
  #sendCost = 0
  /** Of payloads, since the socket was corked. */
  #sentBytes = 0
  #isCorked = false
  /** More is unsent than may be, until all of it has left. */
  #isBehind = false
  #isPaused = false
  #isClosed = false
  #lastPing: Buffer | undefined
  /** A close of this server, or the end of the stream that follows the client's, behind the answers. */
  #afterAnswers: (() => void) | undefined
  #outcome: 'ok' | ErrorCode | undefined

  constructor(webSocket: ServerWebSocket, socket: Socket, requestId: string, shared: Shared) {
    this.requestId = requestId
    this.#webSocket = webSocket
    this.#socket = socket
    this.#shared = shared
    this.#inbox = new Inbox(webSocket, shared.receiveBudget)
    this.#heartbeat = new Heartbeat({
      timeoutMs: shared.options.heartbeatTimeoutMs,
      // What a client has answered that is not read from is not known; the send timeout watches it.
      isListening: () => webSocket.isOpen && !this.#isPaused,
      ping: () => {
        this.#cork()
        webSocket.ping(undefined, false, this.#left)
      },
      end: () => this.terminate('deadline_exceeded'),
    })
    webSocket.on('message', (data: Buffer, isBinary) => this.#received({ data, isBinary }))
    webSocket.on('ping', (data) => this.#pong(data))
    webSocket.on('pong', () => this.#heartbeat.answered())
    webSocket.on('error', () => {
      // 1008 and 1009 are limits, 1002 and 1007 wrong frames.
      this.#outcome ??= (webSocket.closeCode ?? 0) > 1007 ? 'resource_exhausted' : 'invalid_argument'
    })
    webSocket.on('close', (code) => this.#closed(webSocket.closeCode ?? code))
    socket.on('data', (bytes: Buffer) => this.#read(bytes.length))
    socket.on('timeout', () => this.#sendTimedOut())
    socket.on('close', () => webSocket.forgetUnread())
    this.#answerBeforeTheEnd()
  }

  /** The subprotocol that was agreed on, or the empty text. */
  get protocol(): string {
    return this.#webSocket.protocol
  }

  /** What was sent and has not left, in bytes. */
  get unsentBytes(): number {
    return this.#webSocket.bufferedAmount
  }

  get isUnread(): boolean {
    return this.#socket.writableLength > 0
  }

  /** Sends a message; what is sent in one turn of the event loop leaves in one write. False once it closes. */
  send(data: Buffer | string, isBinary: boolean): boolean {
    if (!this.#webSocket.isOpen) return false
    this.#cork()
    this.#sentBytes += data.length
    this.#webSocket.send(data, { binary: isBinary }, this.#left)
    return true
  }

  /** Closes behind the answers to all messages that have arrived. */
  close({ outcome, closeCode, reason }: Close): void {
    this.#outcome ??= outcome
    this.#afterAnswers = () => {
      this.#webSocket.close(closeCode, reason)
      // For the close that answers this one.
      this.#webSocket.resume()
    }
    this.answer()
  }

  /** Closes at once, and reads no more. */
  fail(error: unknown): void {
    if (!this.#webSocket.isOpen) return
    const { outcome, closeCode, reason } = this.#shared.options.toClose(error)
    const { requestId } = this
    if (outcome === 'internal') this.#shared.deps.logger.error({ err: error, requestId }, 'connection failed')
    this.#outcome = outcome
    this.#inbox.clear()
    this.#webSocket.close(closeCode, reason)
    this.#webSocket.failReading(new Error(reason))
    this.#holdUnread()
    this.#flow()
  }

  /** Ends the connection without a close. */
  terminate(outcome: ErrorCode): void {
    this.#outcome ??= outcome
    this.#webSocket.terminate()
  }

  /** One beat of the heartbeat. */
  beat(): void {
    this.#heartbeat.beat()
  }

  /** Handles the messages that wait, in their order, as far as there is room for the answers. */
  answer(): void {
    const { options, answerBudget } = this.#shared
    while (this.#webSocket.isOpen && !this.#isHandling) {
      const message = this.#inbox.first
      if (message === undefined || (this.#isBehind && this.#afterAnswers === undefined)) break
      if (!answerBudget.admit(this, options.answerBytes(message) + this.#webSocket.compressionCost)) break
      this.#inbox.shift()
      this.#handle(message)
    }
    this.#flow()
  }

  #received(message: Message): void {
    if (!this.#webSocket.isOpen || this.#afterAnswers !== undefined) return
    this.#shared.deps.metrics.receivedBytes.inc(message.data.length)
    this.#inbox.push(message)
    this.answer()
    // One that came out of zlib comes between two reads.
    if (this.#webSocket.compressionCost > 0) this.#holdUnread()
  }

  #handle(message: Message): void {
    const { options, deps } = this.#shared
    const beganAt = performance.now()
    const done = () => {
      if (options.countsMessages !== false)
        deps.metrics.observe('message', 'ok', (performance.now() - beganAt) / 1000)
    }
    try {
      const handled = options.handle(this, message)
      if (handled === undefined) done()
      else void this.#waitFor(handled.then(done))
    } catch (error) {
      this.fail(error)
    }
    this.#holdUnsent()
  }

  async #waitFor(handled: Promise<void>): Promise<void> {
    const { inFlight } = this.#shared.deps.metrics
    this.#isHandling = true
    inFlight.inc()
    await handled.catch((error: unknown) => this.fail(error))
    inFlight.dec()
    this.#isHandling = false
    this.answer()
  }

  /** Answers a ping; where too much is unsent, the last one alone (RFC 6455, 5.5.3). */
  #pong(data: Buffer): void {
    if (!this.#webSocket.isOpen) return
    if (this.#frames > 0 && !this.#shared.answerBudget.hasRoom(this, frameCost)) {
      this.#lastPing = Buffer.from(data)
      return
    }
    this.#cork()
    this.#webSocket.pong(data, false, this.#left)
    this.#holdUnsent()
  }

  #cork(): void {
    this.#frames += 1
    if (this.#isCorked) return
    this.#isCorked = true
    this.#socket.cork()
    process.nextTick(this.#uncork)
  }

  readonly #uncork = (): void => {
    this.#isCorked = false
    this.#socket.uncork()
    this.#shared.deps.metrics.sentBytes.inc(this.#sentBytes)
    this.#sentBytes = 0
    this.#holdUnsent()
    this.#flow()
  }

  /** A frame has left, or never will. */
  readonly #left = (): void => {
    this.#frames -= 1
    if (this.#sendCost > 0) this.#holdUnsent()
    this.#shared.options.left?.(this)
    if (this.#frames > 0) return
    if (this.#webSocket.compressionCost > 0) this.#webSocket.releaseCompression()
    const ping = this.#lastPing
    this.#lastPing = undefined
    if (ping !== undefined) this.#pong(ping)
    if (!this.#isBehind && this.#afterAnswers === undefined) return
    this.#isBehind = false
    this.#socket.setTimeout(0)
    this.answer()
  }

  #holdUnsent(): void {
    if (this.#isClosed) return
    const { answerBudget, options } = this.#shared
    const bytes = this.#webSocket.bufferedAmount
    const cost = bytes === 0 ? 0 : bytes + this.#frames * frameCost
    const before = this.#sendCost
    this.#sendCost = cost === 0 ? 0 : cost + this.#webSocket.compressionCost
    answerBudget.hold(this, before, this.#sendCost)
    if (this.#isBehind || cost <= options.bufferBytesMax) return
    this.#isBehind = true
    // Of a socket that is not read from, a timeout tells that nothing was written either.
    this.#socket.setTimeout(options.sendTimeoutMs)
  }

  #read(bytes: number): void {
    this.#heartbeat.read()
    this.#inbox.read(bytes)
    this.#holdUnread()
  }

  /** Counts what was read and not handled; over the budget of all connections, this one is closed. */
  #holdUnread(): void {
    try {
      this.#inbox.hold()
    } catch (error) {
      this.fail(error)
    }
  }

  /** Reads on, or not, after something of the queue or the answers has changed. */
  #flow(): void {
    const isBusy = this.#inbox.first !== undefined || this.#isHandling
    if (!isBusy) this.#afterAnswers?.()
    const mustPause = isBusy || this.#isBehind
    if (mustPause === this.#isPaused || !this.#webSocket.isOpen) return
    this.#isPaused = mustPause
    if (mustPause) {
      this.#webSocket.pause()
      return
    }
    this.#heartbeat.answered()
    this.#webSocket.resume()
    this.#holdUnread()
  }

  #sendTimedOut(): void {
    if (!this.#isBehind || !this.#webSocket.isOpen) return
    this.#shared.deps.logger.info({ requestId: this.requestId }, 'the client does not read')
    this.fail(new AppError('unavailable', 'the client does not read its replies'))
  }

  /** ws ends its side as soon as the client does: here, what came before that is answered first. */
  #answerBeforeTheEnd(): void {
    const end = this.#socket.listeners('end').at(-1) as () => void
    this.#socket.off('end', end)
    this.#socket.on('end', () => {
      this.#webSocket.endReading(() => {
        this.#afterAnswers = () => {
          const isAnswered = this.#frames === 0 || !this.#webSocket.isOpen
          if (isAnswered && !this.#socket.destroyed) end.call(this.#socket)
        }
        this.answer()
      })
    })
  }

  #closed(status: number): void {
    const { answerBudget, deps, closed } = this.#shared
    this.#isClosed = true
    this.#inbox.release()
    this.#heartbeat.answered()
    answerBudget.forget(this, this.#sendCost)
    closed(this)
    deps.access({
      requestId: this.requestId,
      operation: 'connection',
      outcome: this.#outcome ?? (status === 1006 ? 'cancelled' : 'ok'),
      status,
      durationMs: performance.now() - this.#openedAt,
    })
  }
}
