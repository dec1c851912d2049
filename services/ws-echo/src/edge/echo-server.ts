import { createServer, type IncomingMessage, type Server } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { httpDrain, listen, type ServiceDeps } from '@polyservice-lab/service-kit'
import { type ServerOptions, WebSocketServer } from 'ws'
import type { Config } from '../config.ts'
import type { Reply } from '../domain/replies.ts'
import { EchoConnection } from './echo-connection.ts'
import { asksForWebSocket, type Refusal, refusalOf } from './handshake.ts'
import { loadPage } from './page.ts'
import { createPlainHttp } from './plain-http.ts'

/** A message in more fragments than this is closed with 1008: each of them costs memory, even an empty one. */
const fragmentsMax = 16_384

/** Connections beyond those of WebSockets: plain HTTP, handshakes and their refusals. */
const plainConnectionsMax = 512

/** The WebSocket server (contracts/ws-echo/PROTOCOL.md): handshakes, the page, connections and their heartbeat. */
export class EchoServer {
  readonly #config: Config
  readonly #http: Server
  readonly #drainHttp: () => Promise<void>
  readonly #webSockets: WebSocketServer
  readonly #connections = new Set<EchoConnection>()
  #heartbeat: NodeJS.Timeout | undefined
  #draining = false

  constructor(config: Config, replies: (message: Uint8Array) => readonly Reply[], deps: ServiceDeps) {
    this.#config = config
    this.#webSockets = new WebSocketServer(webSocketOptions(config))
    const refuse = (request: IncomingMessage) => this.#refusalOf(request)
    this.#http = createServer(
      {
        headersTimeout: 5_000,
        requestTimeout: 10_000,
        connectionsCheckingInterval: 1_000,
        shouldUpgradeCallback: (request) => asksForWebSocket(request) && refuse(request) === undefined,
      },
      createPlainHttp({ page: loadPage(), refuse, metrics: deps.metrics }),
    )
    this.#http.maxConnections = config.connectionsMax + plainConnectionsMax
    this.#drainHttp = httpDrain(this.#http, closeTimeoutMs(config))
    const options = { ...config, replies }
    this.#http.on('upgrade', (request, socket, head) => {
      this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        const connection = new EchoConnection(webSocket, socket, options, deps)
        this.#connections.add(connection)
        webSocket.on('close', () => this.#connections.delete(connection))
        if (this.#draining) connection.drain()
      })
    })
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
    for (const connection of this.#connections) connection.drain()
    await drained
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

function webSocketOptions(config: Config): ServerOptions {
  const options = {
    noServer: true,
    clientTracking: false,
    autoPong: false,
    maxPayload: config.messageBytesMax,
    maxFragments: fragmentsMax,
    closeTimeout: closeTimeoutMs(config),
    // An echo speaks no subprotocol; ws would claim the first one that is offered.
    handleProtocols: () => false as const,
    // Contexts that live as long as a connection would cost it hundreds of kilobytes.
    perMessageDeflate: config.perMessageDeflate && {
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
    },
  }
  return options
}
