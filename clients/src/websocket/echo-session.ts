import { Readable } from 'node:stream'
import { WebSocket } from 'ws'
import { abortError, connectionError } from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import type { Tell } from '../core/wire.ts'
import { describeClose, describeMessage } from './describe-frame.ts'
import { closedError, silentError } from './echo-errors.ts'

/** A text reply is a string, a binary reply its bytes. */
export type EchoReply = string | Uint8Array

/** An open WebSocket to the echo. Dispose it, or close it. */
export interface EchoSession extends AsyncDisposable {
  /** Sends a message: text, or binary. Resolves when it has left; several may be on their way at once. */
  send(message: string | Uint8Array): Promise<void>
  /**
   * What comes back, in order: five replies for each message. It ends when this side closes, and throws a LabError
   * when anything else ends the connection. Where nobody reads it, the server is held back. Several loops may read
   * it, one after the other.
   */
  readonly replies: AsyncIterable<EchoReply>
  /** Closes with a code of RFC 6455, 7.4 (default 1000) and resolves when the connection has ended. */
  close(code?: number, reason?: string): Promise<void>
}

export interface EchoSessionOptions {
  readonly address: string
  /** Ends the session: its calls reject with the code `cancelled`. */
  readonly signal: AbortSignal
  /** How long the server may be silent, in ms. */
  readonly keepaliveMs: number
  readonly tell?: Tell | undefined
}

/** Replies that wait for a reader before the socket is no longer read. */
const waitingMax = 64

/** A session on a WebSocket that has just opened. */
export class WebSocketEchoSession implements EchoSession {
  readonly replies: AsyncIterable<EchoReply>
  readonly #socket: WebSocket
  readonly #options: EchoSessionOptions
  readonly #waiting: Readable
  readonly #closed: Promise<void>
  readonly #keepalive: NodeJS.Timeout
  #awaitsPong = false
  #closing = false
  #failure: LabError | undefined

  constructor(socket: WebSocket, options: EchoSessionOptions) {
    this.#socket = socket
    this.#options = options
    const waiting = new Readable({ objectMode: true, highWaterMark: waitingMax, read: () => socket.resume() })
    // Whoever reads `replies` is told; where nobody does, this must not end the process.
    waiting.on('error', () => {})
    this.#waiting = waiting
    this.replies = { [Symbol.asyncIterator]: () => waiting.iterator({ destroyOnReturn: false }) }

    // `nodebuffer`, the default binary type of ws, makes the data of every message a Buffer.
    socket.on('message', (data, isBinary) => this.#received(data as Buffer, isBinary))
    socket.on('error', (error) => {
      this.#failure ??= sessionError(options.address, error)
    })
    socket.on('pong', () => {
      this.#awaitsPong = false
    })
    // A ping at every half: one that is not answered by the next has waited so long.
    this.#keepalive = setInterval(() => this.#beat(), options.keepaliveMs / 2).unref()
    const abort = () => this.#end(abortError(options.signal))
    this.#closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        options.signal.removeEventListener('abort', abort)
        this.#ended(code, reason.toString())
        resolve()
      })
    })
    options.signal.addEventListener('abort', abort, { once: true })
    if (options.signal.aborted) abort()
  }

  async send(message: string | Uint8Array): Promise<void> {
    if (this.#socket.readyState === WebSocket.OPEN && (await this.#sent(message))) return
    if (this.#closing) throw new LabError('failed_precondition', 'the session is closed')
    // Why the connection ended is known when it has.
    await this.#closed
    throw this.#failure
  }

  async close(code = 1000, reason = ''): Promise<void> {
    if (this.#socket.readyState === WebSocket.OPEN) {
      this.#closing = true
      this.#tell('sent', describeClose(code, reason))
      this.#socket.close(code, reason)
    }
    // The close of the server stands behind replies that nobody reads any more.
    this.#socket.removeAllListeners('message')
    this.#socket.resume()
    await this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Resolves with whether the message has left. */
  #sent(message: string | Uint8Array): Promise<boolean> {
    const isBinary = typeof message !== 'string'
    const payload = isBinary ? message : Buffer.from(message)
    this.#tell('sent', describeMessage(payload, isBinary, true), payload)
    return new Promise((resolve) => {
      this.#socket.send(payload, { binary: isBinary }, (error) => resolve(!error))
    })
  }

  #received(payload: Buffer, isBinary: boolean): void {
    this.#awaitsPong = false
    this.#tell('received', describeMessage(payload, isBinary, false), payload)
    if (!this.#waiting.push(isBinary ? payload : payload.toString())) this.#socket.pause()
  }

  /** Pings a server that may have gone without a word: a paused process, a cut cable. */
  #beat(): void {
    // What it answers while nobody reads its replies is not known.
    if (this.#socket.isPaused) this.#awaitsPong = false
    if (this.#socket.isPaused || this.#socket.readyState !== WebSocket.OPEN) return
    if (this.#awaitsPong) {
      this.#end(silentError(this.#options.address, this.#options.keepaliveMs))
      return
    }
    this.#awaitsPong = true
    this.#socket.ping()
  }

  #end(failure: LabError): void {
    this.#failure ??= failure
    this.#socket.terminate()
  }

  #ended(code: number, reason: string): void {
    clearInterval(this.#keepalive)
    this.#tell('received', describeClose(code, reason))
    if (this.#closing && this.#failure === undefined) {
      this.#waiting.push(null)
      return
    }
    this.#failure ??= closedError(code, reason)
    this.#waiting.destroy(this.#failure)
  }

  #tell(direction: 'sent' | 'received', text: string, bytes?: Uint8Array): void {
    this.#options.tell?.({ direction, text, bytes })
  }
}

function sessionError(address: string, cause: NodeJS.ErrnoException): LabError {
  return cause.code?.startsWith('WS_ERR_')
    ? new LabError('protocol_error', `${address} broke the protocol: ${cause.message}`, { cause })
    : connectionError(address, cause)
}
