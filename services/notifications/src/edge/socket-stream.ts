import type { IncomingMessage } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { AppError, type ServiceDeps, type UnsentBudget } from '@polyservice-lab/service-kit'
import type { Upgrades } from '@polyservice-lab/service-kit/http'
import { type Close, type Connection, isHandshake, WebSockets } from '@polyservice-lab/service-kit/websocket'
import type { Config } from '../config.ts'
import type { Feed, Feeds } from '../domain/feeds.ts'
import type { Notification } from '../domain/notification.ts'
import type { NotificationStore } from '../domain/notification-store.ts'
import { toClose, toWire } from './errors.ts'
import { readStart } from './requests.ts'
import { viewOf } from './views.ts'

export const socketPath = '/notifications/socket'

/** How long a client may take to answer a close, in ms. */
const closeTimeoutMs = 3_000
/** The HTTP server bounds connections, the budget of streams what they leave unread. */
const unbounded = Number.MAX_SAFE_INTEGER

const notAsked: Close = { outcome: 'invalid_argument', closeCode: 1003, reason: 'nothing is asked here' }
const draining: Close = { outcome: 'ok', closeCode: 1001, reason: 'the service is shutting down' }

export interface SocketStreamOptions {
  readonly store: NotificationStore
  readonly feeds: Feeds
  readonly budget: UnsentBudget
  readonly config: Config
  readonly deps: ServiceDeps
  /** Told how many more, or fewer, are open. */
  readonly counted: (change: 1 | -1) => void
}

/** The notifications of a customer over WebSocket: a text message each, and nothing from the client. */
export class SocketStream implements Upgrades {
  readonly #options: SocketStreamOptions
  readonly #webSockets: WebSockets
  readonly #followers = new Map<Connection, Follower>()

  constructor(options: SocketStreamOptions) {
    this.#options = options
    const { config, deps } = options
    this.#webSockets = new WebSockets(
      {
        ...config,
        connectionsMax: unbounded,
        messageBytesMax: config.bodyBytesMax,
        sendBytesMax: unbounded,
        bufferBytesMax: config.bufferBytesMax,
        heartbeatMs: config.streamPingMs,
        closeTimeoutMs: Math.min(closeTimeoutMs, config.drainTimeoutMs),
        answerBytes: () => 0,
        handle: (connection) => connection.close(notAsked),
        toClose,
        opened: (connection, request) => this.#opened(connection, request),
        left: (connection) => this.#followers.get(connection)?.left(),
        closed: (connection) => {
          this.#followers.get(connection)?.end()
          this.#followers.delete(connection)
          options.counted(-1)
        },
        server: { perMessageDeflate: false },
      },
      deps,
    )
  }

  /** Whether the request becomes a WebSocket; what is wrong with another one, its answer says. */
  accepts(request: IncomingMessage): boolean {
    if (request.url?.split('?', 1)[0] !== socketPath || !isHandshake(request)) return false
    try {
      readStart(request)
      return true
    } catch {
      return false
    }
  }

  /** Completes the handshake when it is known where the stream begins. */
  readonly upgrade: Upgrades['upgrade'] = (request, socket, head) => {
    // There is no subprotocol, and ws would refuse a list that it cannot read.
    delete request.headers['sec-websocket-protocol']
    this.#options.store.newest().then(
      (newest) => {
        this.#starts.set(request, readStart(request).after ?? newest)
        this.#webSockets.upgrade(request, socket, head)
      },
      (error: unknown) => refuse(socket, error),
    )
  }

  readonly #starts = new WeakMap<IncomingMessage, number>()

  drain(): void {
    this.#webSockets.drain(draining)
  }

  /** Wakes all readers: what a lost connection to the database kept from them is read now. */
  wake(): void {
    for (const follower of this.#followers.values()) follower.wake()
  }

  #opened(connection: Connection, request: IncomingMessage): void {
    const { feeds, budget, config, counted } = this.#options
    counted(1)
    const follower = new Follower(connection, budget, config.bufferBytesMax)
    this.#followers.set(connection, follower)
    follower.begin(feeds, readStart(request).customerId, this.#starts.get(request) ?? 0)
  }
}

/** One reader over WebSocket. */
class Follower {
  readonly #connection: Connection
  readonly #budget: UnsentBudget
  readonly #bufferBytesMax: number
  #feed: Feed | undefined
  #leaves: (() => void)[] = []
  isClosed = false

  constructor(connection: Connection, budget: UnsentBudget, bufferBytesMax: number) {
    this.#connection = connection
    this.#budget = budget
    this.#bufferBytesMax = bufferBytesMax
  }

  begin(feeds: Feeds, customerId: string, after: number): void {
    this.#feed = feeds.follow(customerId, after, this)
  }

  wake(): void {
    this.#feed?.wake()
  }

  send(notification: Notification): void {
    this.#connection.send(JSON.stringify(viewOf(notification)), false)
    if (this.#connection.unsentBytes > this.#bufferBytesMax) this.cutOff()
    else this.left()
  }

  breath(): Promise<void> {
    return turn()
  }

  async room(): Promise<void> {
    while (!this.isClosed && this.#connection.unsentBytes > this.#bufferBytesMax / 2)
      await new Promise<void>((resolve) => this.#leaves.push(resolve))
  }

  /** Something was read, or is to be. */
  left(): void {
    if (!this.isClosed) this.#budget.hold(this, this.#connection.unsentBytes)
    for (const resolve of this.#leaves.splice(0)) resolve()
  }

  cutOff(): void {
    this.end()
    this.#connection.fail(new AppError('resource_exhausted', 'too much is unread'))
  }

  end(): void {
    this.isClosed = true
    this.#budget.forget(this)
    this.#feed?.[Symbol.dispose]()
    this.left()
  }
}

/** Answers a handshake that cannot be completed. */
function refuse(socket: Duplex, error: unknown): void {
  const { status, headers, contentType = 'application/json', body } = toWire(error)
  const lines = Object.entries({
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
}
