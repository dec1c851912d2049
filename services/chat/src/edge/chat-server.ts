import { createServer, type IncomingMessage, type Server } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import {
  AppError,
  httpDrain,
  listen,
  ReceiveBudget,
  type ServiceDeps,
  UnsentBudget,
} from '@polyservice-lab/service-kit'
import { asksForWebSocket } from '@polyservice-lab/service-kit/websocket'
import type { Config } from '../config.ts'
import type { Chat } from '../domain/chat.ts'
import { Frames } from './frames.ts'
import { type Admission, enginePath, foreignOrigin, originAllowed, pathOf, refusalOf } from './handshake.ts'
import { createHttpApp } from './http-app.ts'
import { PlainEdge, writePlain } from './plain-edge.ts'
import { Requests } from './requests.ts'
import { SocketIoEdge, writePacket } from './socket-io-edge.ts'

/** Connections beyond those of clients: plain HTTP, polls, handshakes and their refusals. */
const plainConnectionsMax = 512

const timeouts = { headersTimeout: 10_000, requestTimeout: 20_000, connectionsCheckingInterval: 1_000 }

/** The port of the chat (contracts/chat/PROTOCOL.md): the page, and both edges. */
export class ChatServer {
  readonly #config: Config
  readonly #chat: Chat
  readonly #http: Server
  readonly #plain: PlainEdge
  readonly #socketIo: SocketIoEdge
  readonly #drainHttp: () => Promise<void>
  #isDraining = false

  constructor(config: Config, chat: Chat, deps: ServiceDeps) {
    this.#config = config
    this.#chat = chat
    const closeTimeoutMs = Math.min(config.closeTimeoutMs, config.drainTimeoutMs)
    const requests = new Requests({ ...config, chat, now: Date.now })
    const unsentBudget = new UnsentBudget(config.sendBytesMax)
    const receiveBudget = new ReceiveBudget(config.receiveBytesMax)
    const shared = { config: { ...config, closeTimeoutMs }, chat, requests, unsentBudget, deps }
    const plain = { ...shared, isPlain: true, frames: new Frames(writePlain) }
    const socketIo = { ...shared, isPlain: false, frames: new Frames(writePacket) }
    this.#plain = new PlainEdge(plain, receiveBudget, deps)
    this.#socketIo = new SocketIoEdge(socketIo, receiveBudget, () => this.#closedBecause(), deps)
    this.#http = this.#createHttp(deps)
    this.#drainHttp = httpDrain(this.#http, closeTimeoutMs)
  }

  start(): Promise<void> {
    return listen(this.#http, this.#config.port, this.#config.host)
  }

  /** Answers what has arrived, then closes every client, who may come back elsewhere. */
  async drain(): Promise<void> {
    this.#isDraining = true
    const drained = this.#drainHttp()
    // Between two turns of the event loop lies one look at every socket.
    await turn()
    await turn()
    this.#plain.drain()
    await this.#socketIo.drain(new AppError('unavailable', 'draining'))
    await drained
  }

  #createHttp(deps: ServiceDeps): Server {
    const refuse = (request: IncomingMessage) => refusalOf(request, this.#admission)
    const app = createHttpApp(refuse, deps)
    const shouldUpgradeCallback = (request: IncomingMessage) =>
      asksForWebSocket(request) && refuse(request) === undefined
    const options = { ...timeouts, requireHostHeader: false, shouldUpgradeCallback }
    const http = createServer(options, (request, response) => {
      if (pathOf(request) !== enginePath || asksForWebSocket(request)) return app(request, response)
      if (originAllowed(request, this.#admission)) return this.#socketIo.handle(request, response)
      response.writeHead(403, { 'Content-Type': 'text/plain' }).end(foreignOrigin().message)
    })
    http.maxConnections = 2 * this.#config.connectionsMax + plainConnectionsMax
    http.on('upgrade', (request, socket, head) => {
      socket.on('error', () => {})
      const edge = pathOf(request) === enginePath ? this.#socketIo : this.#plain
      edge.upgrade(request, socket, head)
    })
    return http
  }

  get #admission(): Admission {
    return { origins: this.#config.origins, closedBecause: this.#closedBecause() }
  }

  /** In a word, why nobody may connect now. */
  #closedBecause(): string | undefined {
    if (this.#isDraining) return 'draining'
    if (this.#chat.problem !== undefined) return 'unavailable'
    return this.#plain.count + this.#socketIo.count >= this.#config.connectionsMax ? 'busy' : undefined
  }
}
