import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ServerOptions, WebSocketServer } from 'ws'
import { ReceiveBudget } from '../receive-budget.ts'
import { requestIdOf } from '../request-id.ts'
import type { ServiceDeps } from '../run-service.ts'
import { AnswerBudget } from './answer-budget.ts'
import { Connection } from './connection.ts'
import type { Close, ConnectionOptions } from './connection-options.ts'
import { ServerWebSocket } from './server-web-socket.ts'

/** A message in more fragments, or in more reads, is closed with 1008: each of them costs memory, even an empty one. */
const piecesMax = 16_384

/** How often it is looked whether those who wait for room are served, in ms. */
const sweepMs = 1_000

export interface WebSocketsOptions extends ConnectionOptions {
  readonly connectionsMax: number
  /** A longer message closes its connection with 1009. */
  readonly messageBytesMax: number
  /** Of what was read and not answered, over all connections. */
  readonly receiveBytesMax: number
  /** Shares that bound with others. Default: one of `receiveBytesMax`. */
  readonly receiveBudget?: ReceiveBudget
  /** Of what was not sent, over all connections. */
  readonly sendBytesMax: number
  readonly heartbeatMs: number
  /** How long a client may take to answer a close. */
  readonly closeTimeoutMs: number
  /** Whether a 101 bears X-Request-Id. Default: it does. */
  readonly answersRequestId?: boolean
  /** What else the server of ws may be told: subprotocols, compression. */
  readonly server?: Pick<ServerOptions, 'handleProtocols' | 'perMessageDeflate'>
}

/** The WebSockets of one server (RFC 6455), behind the handshakes that an HTTP server has admitted. */
export class WebSockets {
  readonly #options: WebSocketsOptions
  readonly #server: WebSocketServer
  readonly #connections = new Set<Connection>()
  readonly #timers: NodeJS.Timeout[]
  readonly #open: (webSocket: ServerWebSocket, socket: Socket, request: IncomingMessage) => void
  #stopping: Close | undefined

  constructor(options: WebSocketsOptions, deps: ServiceDeps) {
    this.#options = options
    const { closeTimeoutMs: closeTimeout, messageBytesMax: maxPayload, server } = options
    const limits = { closeTimeout, maxPayload, maxFragments: piecesMax, maxBufferedChunks: piecesMax }
    const serverOptions = { noServer: true, clientTracking: false, autoPong: false, ...limits, ...server }
    this.#server = new WebSocketServer({ ...serverOptions, WebSocket: ServerWebSocket })
    if (options.answersRequestId ?? true)
      this.#server.on('headers', (lines, request) => lines.push(`X-Request-Id: ${requestIdOf(request)}`))
    const answerBudget = new AnswerBudget(options.sendBytesMax)
    const receiveBudget = options.receiveBudget ?? new ReceiveBudget(options.receiveBytesMax)
    const closed = (connection: Connection): void => {
      this.#connections.delete(connection)
      deps.metrics.connections.dec()
      options.closed?.(connection)
    }
    const shared = { options, answerBudget, receiveBudget, deps, closed }
    this.#open = (webSocket, socket, request) => {
      const connection = new Connection(webSocket, socket, requestIdOf(request), shared)
      this.#connections.add(connection)
      deps.metrics.connections.inc()
      options.opened?.(connection, request)
      if (this.#stopping !== undefined) connection.close(this.#stopping)
    }
    const beat = (): void => {
      for (const connection of this.#connections) connection.beat()
    }
    this.#timers = [
      setInterval(beat, options.heartbeatMs).unref(),
      setInterval(() => answerBudget.sweep(), sweepMs).unref(),
    ]
  }

  /** Whether there are as many connections as there may be. */
  get isFull(): boolean {
    return this.#connections.size >= this.#options.connectionsMax
  }

  /** Completes the handshake of an `upgrade` event; ws answers one that is wrong with 400. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) =>
      this.#open(webSocket as ServerWebSocket, socket as Socket, request),
    )
  }

  /** Closes every connection behind its answers, ends those that take too long, and closes all that still open. */
  drain(close: Close): void {
    this.#stopping = close
    for (const timer of this.#timers) clearInterval(timer)
    for (const connection of this.#connections) connection.close(close)
    setTimeout(() => {
      for (const connection of this.#connections) connection.terminate('unavailable')
    }, this.#options.closeTimeoutMs).unref()
  }
}
