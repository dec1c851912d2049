import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { httpDrain, listen, type ServiceDeps } from '@polyservice-lab/service-kit'
import { WebSockets } from '@polyservice-lab/service-kit/websocket'
import type { Config } from '../config.ts'
import type { Replies } from '../domain/replies.ts'
import { toWire } from './errors.ts'
import { asksForWebSocket, normalize, type Refusal, refusalOf } from './handshake.ts'
import { createHttpApp } from './http-app.ts'

/** Connections beyond those of WebSockets: plain HTTP, handshakes and their refusals. */
const plainConnectionsMax = 512

/** Compression costs memory while it lasts: more messages at a time wait. */
const compressionsMax = 4

/** Each message is compressed for itself: nothing is kept between two (RFC 7692, 7.1.1). */
const perMessageDeflate = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  concurrencyLimit: compressionsMax,
}

/** The WebSocket server (contracts/ws-echo/PROTOCOL.md): the page, handshakes, and the replies to messages. */
export class EchoServer {
  readonly #config: Config
  readonly #http: Server
  readonly #drainHttp: () => Promise<void>
  readonly #webSockets: WebSockets
  #isDraining = false

  constructor(config: Config, replies: Replies, deps: ServiceDeps) {
    const closeTimeoutMs = Math.min(config.closeTimeoutMs, config.drainTimeoutMs)
    this.#config = config
    this.#webSockets = new WebSockets(
      {
        ...config,
        closeTimeoutMs,
        answersRequestId: false,
        toClose: toWire,
        answerBytes: ({ data }) => replies.bytes(data),
        handle: (connection, { data, isBinary }) => {
          for (const reply of replies.to(data)) connection.send(reply, isBinary)
        },
        server: { perMessageDeflate: config.perMessageDeflate && perMessageDeflate },
      },
      deps,
    )
    const refuse = (request: IncomingMessage) => this.#refusalOf(request)
    const shouldUpgradeCallback = (request: IncomingMessage) =>
      asksForWebSocket(request) && refuse(request) === undefined
    const timeouts = { headersTimeout: 10_000, requestTimeout: 20_000, connectionsCheckingInterval: 1_000 }
    // Without a Host, Node would answer without a word.
    const options = { ...timeouts, requireHostHeader: false, shouldUpgradeCallback }
    this.#http = createServer(options, createHttpApp(refuse, deps))
    this.#http.maxConnections = config.connectionsMax + plainConnectionsMax
    this.#drainHttp = httpDrain(this.#http, closeTimeoutMs)
    // Of each socket: answers are made in the turn of their request, so that a handshake behind one comes after it.
    const lastAnswers = new WeakMap<Duplex, ServerResponse>()
    this.#http.on('request', ({ socket }, response) => lastAnswers.set(socket, response))
    this.#http.on('upgrade', (request, socket, head) => {
      if (endsConnection(lastAnswers.get(socket))) {
        socket.on('error', () => {}).resume()
        return
      }
      normalize(request)
      this.#webSockets.upgrade(request, socket, head)
    })
  }

  start(): Promise<void> {
    return listen(this.#http, this.#config.port, this.#config.host)
  }

  /** Answers what has arrived, then closes every client with 1001. */
  async drain(): Promise<void> {
    this.#isDraining = true
    const drained = this.#drainHttp()
    // Between two turns of the event loop lies one look at every socket.
    await turn()
    await turn()
    this.#webSockets.drain({ outcome: 'ok', closeCode: 1001, reason: 'the server stops' })
    await drained
  }

  #refusalOf(request: IncomingMessage): Refusal | undefined {
    return refusalOf(request, { origins: this.#config.origins, closedBecause: this.#closedBecause() })
  }

  #closedBecause(): string | undefined {
    if (this.#isDraining) return 'The server stops.'
    return this.#webSockets.isFull ? 'The server has all the connections it may have.' : undefined
  }
}

function endsConnection(answer: ServerResponse | undefined): boolean {
  return String(answer?.getHeader('connection')).includes('close')
}
