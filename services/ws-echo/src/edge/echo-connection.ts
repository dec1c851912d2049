import type { Duplex } from 'node:stream'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import type { ServiceDeps } from '@polyservice-lab/service-kit'
import { WebSocket } from 'ws'
import type { Reply } from '../domain/replies.ts'
import { codeOfConnectionError, faults, goingAway } from './errors.ts'
import { encodeFrames, lengthOf, opcodes } from './frames.ts'

export interface EchoConnectionOptions {
  readonly replies: (message: Uint8Array) => readonly Reply[]
  readonly bufferBytesMax: number
  readonly sendTimeoutMs: number
}

/**
 * One client after the handshake. Its messages are answered one after the other, in order; while it does not read
 * its replies, the server does not read its messages.
 */
export class EchoConnection {
  readonly #webSocket: WebSocket
  /** The connection below the WebSocket: five frames are one write on it. */
  readonly #socket: Duplex
  readonly #options: EchoConnectionOptions
  readonly #deps: ServiceDeps
  readonly #openedAt = performance.now()
  #outcome: 'ok' | ErrorCode = 'ok'
  #awaitsPong = false
  #sendTimer: NodeJS.Timeout | undefined

  constructor(webSocket: WebSocket, socket: Duplex, options: EchoConnectionOptions, deps: ServiceDeps) {
    this.#webSocket = webSocket
    this.#socket = socket
    this.#options = options
    this.#deps = deps
    deps.metrics.connections.inc()
    // `nodebuffer`, the default binary type of ws, makes the data of every message and ping a Buffer.
    webSocket.on('message', (data, isBinary) => this.#guard(() => this.#answer(data as Buffer, isBinary)))
    webSocket.on('ping', (data) => this.#guard(() => this.#pong(data)))
    webSocket.on('pong', () => {
      this.#awaitsPong = false
    })
    webSocket.on('error', (error) => this.#failed(error))
    webSocket.on('close', (closeCode) => this.#closed(closeCode))
  }

  /** One beat of the heartbeat: ends a client that has not answered the ping of the last one, and pings again. */
  beat(): void {
    // What a client that is not read from has answered is not known; the send timeout watches it instead.
    if (this.#webSocket.readyState !== WebSocket.OPEN || this.#webSocket.isPaused) return
    if (this.#awaitsPong) {
      this.#outcome = 'deadline_exceeded'
      this.#webSocket.terminate()
      return
    }
    this.#awaitsPong = true
    this.#webSocket.ping()
  }

  /** Closes after the answers that are on their way to the client. */
  drain(): void {
    this.#close(goingAway, 'the server stops')
  }

  #answer(message: Buffer, isBinary: boolean): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return
    const { metrics } = this.#deps
    const beganAt = performance.now()
    const replies = this.#options.replies(message)
    metrics.receivedBytes.inc(message.length)
    metrics.sentBytes.inc(replies.reduce((bytes, reply) => bytes + lengthOf(reply), 0))
    metrics.inFlight.inc()
    const sent = (error?: Error | null) => {
      metrics.inFlight.dec()
      metrics.observe('message', error ? 'cancelled' : 'ok', (performance.now() - beganAt) / 1000)
      this.#resumeReading()
    }
    if (this.#webSocket.extensions === '') {
      const frames = encodeFrames(isBinary ? opcodes.binary : opcodes.text, replies)
      this.#socket.write(frames, sent)
    } else {
      this.#sendCompressed(replies, isBinary, sent)
    }
    this.#pauseReading()
  }

  /** A compressed reply leaves as soon as it is compressed. */
  #sendCompressed(replies: readonly Reply[], isBinary: boolean, sent: (error?: Error) => void): void {
    replies.forEach((reply, i) => {
      const payload = Buffer.concat(reply)
      this.#webSocket.send(payload, { binary: isBinary }, i === replies.length - 1 ? sent : undefined)
    })
  }

  /** Answers a ping here and not in ws, which ends clients that send many of them at once. */
  #pong(data: Buffer): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return
    this.#webSocket.pong(data, false, () => this.#resumeReading())
    this.#pauseReading()
  }

  #pauseReading(): void {
    const { bufferBytesMax, sendTimeoutMs } = this.#options
    if (this.#webSocket.isPaused || this.#webSocket.bufferedAmount <= bufferBytesMax) return
    this.#webSocket.pause()
    this.#sendTimer = setTimeout(() => {
      this.#outcome = 'unavailable'
      this.#deps.logger.info({ sendTimeoutMs }, 'the client does not read')
      this.#close(faults.unavailable.close, 'the client does not read its replies')
    }, sendTimeoutMs)
  }

  #resumeReading(): void {
    if (!this.#webSocket.isPaused || this.#webSocket.bufferedAmount > this.#options.bufferBytesMax) return
    clearTimeout(this.#sendTimer)
    this.#awaitsPong = false
    this.#webSocket.resume()
  }

  #close(code: number, reason: string): void {
    clearTimeout(this.#sendTimer)
    this.#webSocket.close(code, reason)
    // What it still sends is read for the close that answers ours; its messages are not answered any more.
    this.#webSocket.resume()
  }

  /** A fault of the server ends the connection and nothing more; its text stays here. */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#failed(error as Error)
      this.#close(faults.internal.close, 'internal error')
    }
  }

  #failed(error: NodeJS.ErrnoException): void {
    this.#outcome = codeOfConnectionError(error)
    if (this.#outcome === 'internal') this.#deps.logger.error({ err: error }, 'connection failed')
    else this.#deps.logger.debug({ code: error.code }, 'client failed')
  }

  #closed(closeCode: number): void {
    clearTimeout(this.#sendTimer)
    const { logger, metrics } = this.#deps
    metrics.connections.dec()
    metrics.observe('connection', this.#outcome, (performance.now() - this.#openedAt) / 1000)
    logger.debug({ closeCode, outcome: this.#outcome }, 'connection closed')
  }
}
