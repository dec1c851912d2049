import type { Socket } from 'node:net'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import {
  type Close,
  closeCodes,
  encodeClose,
  encodeFrames,
  fin,
  type Message,
  MessageReader,
  type MessageReaderOptions,
  opcodes,
  type Received,
  WebSocketFault,
} from '@polyservice-lab/contracts/ws-echo'
import type { BudgetShare, Logger, ReceiveBudget } from '@polyservice-lab/service-kit'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import { codeOfConnectionError, faults } from './errors.ts'

export interface WebSocketOptions extends MessageReaderOptions {
  /** Of the messages of all connections that have begun and not ended. */
  readonly receiveBudget: ReceiveBudget
  /** With more bytes than this unsent, a connection is not read from. */
  readonly bufferBytesMax: number
  /** How long that may stay so without a byte leaving. */
  readonly sendTimeoutMs: number
  /** How long a client may take to answer a close and to end its side. */
  readonly closeTimeoutMs: number
}

/** What is done with what comes over a connection; one handler serves all of them. */
export interface WebSocketHandler {
  /** Answers a message. The next one comes when the promise has resolved, if there is one. */
  message(connection: WebSocketConnection, message: Message): Promise<void> | void
  closed(connection: WebSocketConnection, end: WebSocketEnd): void
}

/** How a connection ended. */
export interface WebSocketEnd {
  readonly outcome: 'ok' | ErrorCode
  /** What the client or this server closed with first; 1006 where neither did. */
  readonly closeCode: number
  readonly openMs: number
}

const ping = encodeFrames(fin | opcodes.ping, [[]])

/**
 * One client after the handshake (RFC 6455, 5 to 7): its messages one after the other, pings, heartbeat, closing
 * handshake. While it does not read what it is sent, it is not read from.
 */
export class WebSocketConnection {
  readonly #socket: Socket
  readonly #options: WebSocketOptions
  readonly #handler: WebSocketHandler
  readonly #logger: Logger
  readonly #openedAt = performance.now()
  readonly #reader: MessageReader
  /** Of the budget, for messages that are not whole; most are one read and need none. */
  #share: BudgetShare | undefined
  /** `closing` after a close of this server, `ended` when all that is left is the client's end of the stream. */
  #state: 'open' | 'closing' | 'ended' = 'open'
  /** Not read from, because of what is unsent or not answered. */
  #isPaused = false
  #isAnswering = false
  #awaitsPong = false
  #closeAfterAnswer: Close | undefined
  #afterSent: ((isSent: boolean) => void)[] | undefined
  #closeCode: number = closeCodes.abnormal
  #outcome: 'ok' | ErrorCode = 'ok'
  #closeTimer: NodeJS.Timeout | undefined

  constructor(socket: Socket, options: WebSocketOptions, handler: WebSocketHandler, logger: Logger) {
    this.#socket = socket
    this.#options = options
    this.#handler = handler
    this.#logger = logger
    this.#reader = new MessageReader(options)
    socket.on('data', (bytes) => this.receive(bytes as Buffer))
    socket.on('end', () => this.#end())
    socket.on('drain', () => this.#drained())
    socket.on('timeout', () => this.#sendTimedOut())
    socket.on('error', (error) => this.#failed(error))
    socket.on('close', () => this.#closed())
  }

  /** Takes bytes of the client: for those that came with its handshake. */
  receive(bytes: Uint8Array): void {
    if (this.#state === 'ended') return
    this.#reader.push(bytes)
    this.#read()
  }

  /**
   * Sends whole frames. False where they wait for the client to read; `afterSent` tells when they have left then.
   */
  send(frames: Uint8Array): boolean {
    const sent = this.#socket.write(frames)
    if (!sent && this.#isBehind && this.#state === 'open' && !this.#isPaused) this.#pause()
    return sent
  }

  /** Calls back when everything that was sent so far has left, or never will. */
  afterSent(done: (isSent: boolean) => void): void {
    this.#afterSent ??= []
    this.#afterSent.push(done)
  }

  /** One beat of the heartbeat: cuts a client that has not answered the ping of the last one, and pings again. */
  beat(): void {
    // What a client that is not read from has answered is not known; the send timeout watches it instead.
    if (this.#state !== 'open' || this.#isPaused) return
    if (this.#awaitsPong) {
      this.#outcome = 'deadline_exceeded'
      this.#socket.destroy()
      return
    }
    this.#awaitsPong = true
    this.#socket.write(ping)
  }

  /** Begins the closing handshake (7.1.2), behind the answer that is being made. */
  close(close: Close): void {
    if (this.#state !== 'open') return
    if (this.#isAnswering) {
      this.#closeAfterAnswer = close
      return
    }
    this.#state = 'closing'
    this.#sendClose(close)
    // What the client still sends is read for the close that answers this one.
    this.#resume()
  }

  get #isBehind(): boolean {
    return this.#socket.writableLength > this.#options.bufferBytesMax
  }

  /** Answers what was read, in its order; several answers leave in one write. */
  #read(): void {
    let isCorked = false
    try {
      while (!this.#isPaused && this.#state !== 'ended') {
        const received = this.#reader.next()
        if (received === undefined) break
        if (!isCorked && this.#reader.hasUnread) {
          isCorked = true
          this.#socket.cork()
        }
        this.#received(received)
      }
      this.#hold(this.#reader.heldBytes)
    } catch (error) {
      this.#fail(error as Error)
    }
    if (isCorked) this.#socket.uncork()
  }

  /** @throws AppError unavailable, where all connections together would hold too much */
  #hold(bytes: number): void {
    if (bytes > 0) this.#share ??= this.#options.receiveBudget.open()
    this.#share?.hold(bytes)
  }

  #received(received: Received): void {
    if (received.type === 'close') {
      if (this.#state === 'open') this.#sendClose(received)
      this.#end()
    } else if (this.#state === 'closing') {
      // Nothing but the close counts any more.
    } else if (received.type === 'message') {
      const answered = this.#handler.message(this, received)
      if (answered) this.#waitFor(answered)
    } else if (received.type === 'ping') {
      this.send(encodeFrames(fin | opcodes.pong, [[received.payload]]))
    } else {
      this.#awaitsPong = false
    }
  }

  #waitFor(answered: Promise<void>): void {
    this.#isAnswering = true
    this.#pause()
    answered
      .then(() => {
        this.#isAnswering = false
        if (this.#closeAfterAnswer === undefined) this.#resume()
        else this.close(this.#closeAfterAnswer)
      })
      .catch((error: Error) => this.#fail(error))
  }

  #drained(isSent = true): void {
    for (const done of this.#afterSent ?? []) done(isSent)
    this.#afterSent = undefined
    if (this.#isPaused) this.#resume()
  }

  #pause(): void {
    this.#isPaused = true
    this.#socket.pause()
    // Of a socket that is not read from, a timeout tells that nothing was written either.
    this.#socket.setTimeout(this.#options.sendTimeoutMs)
  }

  #resume(): void {
    if (this.#state === 'open' && (this.#isAnswering || this.#isBehind)) return
    this.#isPaused = false
    this.#awaitsPong = false
    this.#socket.setTimeout(0)
    this.#read()
    if (!this.#isPaused) this.#socket.resume()
  }

  #sendTimedOut(): void {
    if (this.#state !== 'open' || this.#isAnswering) return
    this.#outcome = 'unavailable'
    this.#logger.info({ sendTimeoutMs: this.#options.sendTimeoutMs }, 'the client does not read')
    this.close({ code: faults.unavailable.close, reason: 'the client does not read its replies' })
  }

  #sendClose(close: Close): void {
    this.#closeCode = close.code
    this.#socket.write(encodeClose(close))
    this.#closeTimer ??= setTimeout(() => this.#socket.destroy(), this.#options.closeTimeoutMs)
  }

  /** Fails the connection (7.1.7): a fault of the client or of this server ends it, and no other. */
  #fail(error: Error): void {
    if (this.#socket.destroyed) return
    this.#failed(error)
    if (this.#state === 'open') this.#sendClose(closeOf(error))
    this.#end()
  }

  #failed(error: NodeJS.ErrnoException): void {
    this.#outcome = codeOfConnectionError(error)
    if (this.#outcome === 'internal') this.#logger.error({ err: error }, 'connection failed')
    else this.#logger.debug({ code: error.code, reason: error.message }, 'client failed')
  }

  /** Nothing more is said; what the client says is thrown away until it ends its side. */
  #end(): void {
    this.#state = 'ended'
    this.#share?.hold(0)
    this.#isPaused = false
    this.#socket.setTimeout(0)
    this.#socket.end()
    this.#socket.resume()
    this.#closeTimer ??= setTimeout(() => this.#socket.destroy(), this.#options.closeTimeoutMs)
  }

  #closed(): void {
    this.#state = 'ended'
    this.#share?.hold(0)
    clearTimeout(this.#closeTimer)
    this.#drained(false)
    const openMs = performance.now() - this.#openedAt
    this.#handler.closed(this, { outcome: this.#outcome, closeCode: this.#closeCode, openMs })
  }
}

function closeOf(error: Error): Close {
  if (error instanceof WebSocketFault) return { code: error.closeCode, reason: error.message }
  if (error instanceof AppError) return { code: faults[error.code].close, reason: error.message }
  return { code: faults.internal.close, reason: 'internal error' }
}
