import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { getDefaultHighWaterMark } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { closeCodes } from '@polyservice-lab/contracts/ws-echo'
import { httpDrain, listen, ReceiveBudget, type ServiceDeps } from '@polyservice-lab/service-kit'
import type { Config } from '../config.ts'
import type { Reply } from '../domain/replies.ts'
import { createEcho } from './echo.ts'
import { answerTo, asksForWebSocket, type Refusal, refusalOf } from './handshake.ts'
import { loadPage } from './page.ts'
import { agree } from './permessage-deflate.ts'
import { createPlainHttp } from './plain-http.ts'
import {
  WebSocketConnection,
  type WebSocketEnd,
  type WebSocketHandler,
  type WebSocketOptions,
} from './web-socket-connection.ts'

/** A message in more fragments than this is closed with 1008: each of them costs memory, even an empty one. */
const fragmentsMax = 16_384

const stopping = { code: closeCodes.goingAway, reason: 'the server stops' }

/** Connections beyond those of WebSockets: plain HTTP, handshakes and their refusals. */
const plainConnectionsMax = 512

/** The WebSocket server (contracts/ws-echo/PROTOCOL.md): handshakes, the page, connections and their heartbeat. */
export class EchoServer {
  readonly #config: Config
  readonly #http: Server
  readonly #drainHttp: () => Promise<void>
  readonly #webSockets: WebSocketOptions
  readonly #handlerFor: (windowBits: number | undefined) => WebSocketHandler
  /** Of all connections without compression. */
  readonly #handler: WebSocketHandler
  readonly #connections = new Set<WebSocketConnection>()
  readonly #deps: ServiceDeps
  #heartbeat: NodeJS.Timeout | undefined
  #draining = false

  constructor(config: Config, replies: (message: Uint8Array) => readonly Reply[], deps: ServiceDeps) {
    this.#config = config
    this.#deps = deps
    this.#webSockets = {
      ...config,
      receiveBudget: new ReceiveBudget(config.receiveBytesMax),
      closeTimeoutMs: closeTimeoutMs(config),
      fragmentsMax,
      compression: false,
    }
    const echo = createEcho({ ...config, replies }, deps.metrics)
    const closed: WebSocketHandler['closed'] = (connection, end) => this.#closed(connection, end)
    this.#handlerFor = (windowBits) => ({ message: echo(windowBits), closed })
    this.#handler = this.#handlerFor(undefined)
    const refuse = (request: IncomingMessage) => this.#refusalOf(request)
    this.#http = createServer(
      {
        // Only a socket that has held so much tells that it has drained; a connection that pauses waits for that.
        highWaterMark: Math.min(config.bufferBytesMax, getDefaultHighWaterMark(false)),
        headersTimeout: 5_000,
        requestTimeout: 10_000,
        connectionsCheckingInterval: 1_000,
        shouldUpgradeCallback: (request) => asksForWebSocket(request) && refuse(request) === undefined,
      },
      createPlainHttp({ page: loadPage(), refuse, metrics: deps.metrics }),
    )
    this.#http.maxConnections = config.connectionsMax + plainConnectionsMax
    this.#drainHttp = httpDrain(this.#http, closeTimeoutMs(config))
    this.#http.on('upgrade', (request, socket, head) => this.#open(request, socket as Socket, head))
  }

  async start(): Promise<void> {
    await listen(this.#http, this.#config.port, this.#config.host)
    this.#heartbeat = setInterval(() => {
      for (const connection of this.#connections) connection.beat()
    }, this.#config.heartbeatMs)
  }

  /** Answers what has arrived, closes every connection with 1001 behind its answers, and waits for the clients. */
  async drain(): Promise<void> {
    this.#draining = true
    clearInterval(this.#heartbeat)
    const drained = this.#drainHttp()
    // Between two turns of the event loop lies one look at every socket.
    await turn()
    await turn()
    for (const connection of this.#connections) connection.close(stopping)
    await drained
  }

  #open(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const agreed = this.#config.perMessageDeflate && agree(request.headers['sec-websocket-extensions'])
    const agreement = agreed && agreed !== 'malformed' ? agreed : undefined
    socket.write(answerTo(request, agreement?.header))
    const options = agreement === undefined ? this.#webSockets : { ...this.#webSockets, compression: true }
    const handler = agreement === undefined ? this.#handler : this.#handlerFor(agreement.windowBits)
    const connection = new WebSocketConnection(socket, options, handler, this.#deps.logger)
    this.#connections.add(connection)
    this.#deps.metrics.connections.inc()
    if (head.length > 0) connection.receive(head)
    if (this.#draining) connection.close(stopping)
  }

  #closed(connection: WebSocketConnection, { outcome, closeCode, openMs }: WebSocketEnd): void {
    this.#connections.delete(connection)
    this.#deps.metrics.connections.dec()
    this.#deps.metrics.observe('connection', outcome, openMs / 1000)
    this.#deps.logger.debug({ closeCode, outcome }, 'connection closed')
  }

  #refusalOf(request: IncomingMessage): Refusal | undefined {
    return refusalOf(request, { origins: this.#config.origins, closedBecause: this.#closedBecause() })
  }

  #closedBecause(): string | undefined {
    if (this.#draining) return 'The server stops.'
    if (this.#connections.size >= this.#config.connectionsMax)
      return 'The server has all the connections it may have.'
    return undefined
  }
}

/** Leaves time of a drain for what comes after the clients. */
function closeTimeoutMs(config: Config): number {
  return Math.min(config.closeTimeoutMs, config.shutdownTimeoutMs / 2)
}
