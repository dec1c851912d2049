import type { IncomingMessage } from 'node:http'
import { AppError, type ServiceDeps } from '@polyservice-lab/service-kit'
import type { Upgrades } from '@polyservice-lab/service-kit/http'
import { type Close, type Connection, isHandshake, WebSockets } from '@polyservice-lab/service-kit/websocket'
import type { Shop } from '@polyservice-lab/shop'
import type { Config } from '../config.ts'
import { toClose } from './errors.ts'
import { FeedReader, type FeedReaderOptions } from './feed-reader.ts'
import { authorize, readStart } from './requests.ts'
import type { Streams } from './streams.ts'

export const socketPath = '/events/ws'

/** How long a client may take to answer a close, in ms. */
const closeTimeoutMs = 3_000
/** Streams are counted over all means. */
const unbounded = Number.MAX_SAFE_INTEGER

const notAsked: Close = { outcome: 'invalid_argument', closeCode: 1003, reason: 'invalid_argument' }
const draining: Close = { outcome: 'ok', closeCode: 1001, reason: 'unavailable' }

export interface FeedSocketsOptions extends FeedReaderOptions {
  readonly shop: Shop
  readonly streams: Streams
  readonly config: Config
}

/** The feed over WebSocket: a text message for each event, and nothing from the client. */
export class FeedSockets implements Upgrades {
  readonly #options: FeedSocketsOptions
  readonly #webSockets: WebSockets
  /** Those of the clients whose position is known. */
  readonly #readers = new WeakMap<Connection, FeedReader>()
  readonly #places = new WeakMap<Connection, Disposable>()

  constructor(options: FeedSocketsOptions, deps: ServiceDeps) {
    this.#options = options
    const { config, streams } = options
    this.#webSockets = new WebSockets(
      {
        ...config,
        connectionsMax: unbounded,
        messageBytesMax: config.bodyBytesMax,
        sendBytesMax: unbounded,
        // Whoever leaves anything unread is watched; how much that may be, the reader of the feed knows.
        bufferBytesMax: 0,
        heartbeatMs: config.keepaliveMs,
        closeTimeoutMs: Math.min(closeTimeoutMs, config.drainTimeoutMs),
        answerBytes: () => 0,
        handle: (connection) => connection.close(notAsked),
        toClose: closeOfRoom,
        opened: (connection, request) => {
          this.#places.set(
            connection,
            streams.enter(() => {}),
          )
          void this.#begin(connection, request)
        },
        left: (connection) => this.#readers.get(connection)?.left(),
        closed: (connection) => {
          this.#readers.get(connection)?.end()
          this.#places.get(connection)?.[Symbol.dispose]()
        },
        server: { perMessageDeflate: false },
      },
      deps,
    )
  }

  accepts(request: IncomingMessage): boolean {
    const isOurs = request.url?.split('?', 1)[0] === socketPath
    return isOurs && isHandshake(request) && this.#options.streams.hasRoom
  }

  readonly upgrade: Upgrades['upgrade'] = (request, socket, head) => {
    // There is no subprotocol, and ws would refuse a list that it cannot read.
    delete request.headers['sec-websocket-protocol']
    this.#webSockets.upgrade(request, socket, head)
  }

  drain(): void {
    this.#webSockets.drain(draining)
  }

  /** After the handshake: a page cannot see why one fails. */
  async #begin(connection: Connection, request: IncomingMessage): Promise<void> {
    const { shop } = this.#options
    try {
      await authorize(request, shop.access)
      const start = readStart(request)
      const after = start ?? (await shop.feed.newest())
      if (start !== undefined) await shop.feed.readPart(start, 1)
      this.#read(connection, after)
    } catch (error) {
      const { requestId } = connection
      if (!(error instanceof AppError))
        this.#options.logger.error({ err: error, requestId }, 'connection failed')
      this.#fail(connection, error)
    }
  }

  #read(connection: Connection, after: number): void {
    const sink = {
      get unsentBytes() {
        return connection.unsentBytes
      },
      send: (events: readonly { readonly message: Buffer }[]) => {
        for (const { message } of events) connection.send(message, false)
      },
      fail: (error: unknown) => this.#fail(connection, error),
    }
    this.#readers.set(connection, new FeedReader(sink, after, this.#options))
  }

  #fail(connection: Connection, error: unknown): void {
    const close = toClose(error)
    if (close.outcome === 'resource_exhausted') connection.fail(error)
    else connection.close(close)
  }
}

/** The WebSocket room says `unavailable` of a client that does not read. */
function closeOfRoom(error: unknown): Close {
  const isSlow = error instanceof AppError && error.code === 'unavailable' && error.details.reason !== 'busy'
  return toClose(isSlow ? new AppError('resource_exhausted', error.message) : error)
}
