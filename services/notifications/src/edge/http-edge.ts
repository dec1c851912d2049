import { setImmediate as turn } from 'node:timers/promises'
import { type ServiceDeps, UnsentBudget } from '@polyservice-lab/service-kit'
import type { HttpServer } from '@polyservice-lab/service-kit/http'
import {
  type AnswerStream,
  createJsonApi,
  type EventStream,
  EventStreams,
  encodeEvent,
  invalid,
  jsonRoute,
  pageOf,
} from '@polyservice-lab/service-kit/json-api'
import { Gauge } from 'prom-client'
import type { Config } from '../config.ts'
import type { Feed, Feeds } from '../domain/feeds.ts'
import type { NotificationStore } from '../domain/notification-store.ts'
import { toWire } from './errors.ts'
import { listing, readStart } from './requests.ts'
import { SocketStream, socketPath } from './socket-stream.ts'
import { viewOf } from './views.ts'

export interface HttpEdgeOptions {
  readonly store: NotificationStore
  readonly feeds: Feeds
  readonly config: Config
  readonly deps: ServiceDeps
}

/** The notifications over HTTP: as lists, and as they come by SSE and WebSocket. */
export function createHttpEdge({ store, feeds, config, deps }: HttpEdgeOptions): HttpServer {
  const budget = new UnsentBudget(config.sendBytesMax)
  const gauge = new Gauge({
    name: 'saga_streams',
    help: 'Streams that are open, by SSE and by WebSocket',
    registers: [deps.metrics.registry],
  })
  const counted = (change: 1 | -1) => gauge.inc(change)
  const sockets = new SocketStream({ store, feeds, budget, config, deps, counted })
  const streams = new EventStreams({ ...config, pingMs: config.streamPingMs, budget })
  const followed = new Set<Feed>()
  // A commit whose answer was lost with the database woke nobody.
  const waking = setInterval(() => {
    sockets.wake()
    for (const feed of followed) feed.wake()
  }, config.streamPingMs)

  const events: AnswerStream = {
    path: '/notifications/stream',
    operation: 'streamNotifications',
    async handle(request, response) {
      const { customerId, after } = readStart(request)
      const newest = await store.newest()
      const stream = streams.open(response)
      const feed = feeds.follow(customerId, after ?? newest, readerOf(stream, config))
      followed.add(feed)
      counted(1)
      stream.onClose(() => {
        counted(-1)
        followed.delete(feed)
        feed[Symbol.dispose]()
      })
    },
  }
  const socket: AnswerStream = {
    path: socketPath,
    operation: 'handshake',
    handle(request) {
      readStart(request)
      throw invalid([{ field: 'Upgrade', description: 'must be a handshake of WebSocket (RFC 6455)' }])
    },
  }
  const list = jsonRoute('GET /notifications', {
    operation: 'listNotifications',
    query: listing,
    async handle({ query: { customerId, after, limit } }) {
      const found = await store.after(customerId, after, limit + 1)
      const rows = found.map((notification) => ({ ...notification, position: notification.id }))
      return { status: 200, value: pageOf(rows, limit, viewOf) }
    },
  })

  const server = createJsonApi({
    routes: [list],
    streams: [events, socket],
    upgrades: sockets,
    ...{ toWire, config, deps },
  })
  return {
    start: () => server.start(),
    async [Symbol.asyncDispose]() {
      clearInterval(waking)
      const drained = server[Symbol.asyncDispose]()
      streams.drain()
      await drained
    },
  }
}

function readerOf(stream: EventStream, { bufferBytesMax }: Config) {
  return {
    get isClosed() {
      return stream.isClosed
    },
    send: (notification: Parameters<typeof viewOf>[0]) =>
      stream.send(encodeEvent({ id: notification.id, event: 'notification', data: viewOf(notification) })),
    breath: () => turn(),
    room: () => stream.room(bufferBytesMax / 2),
  }
}
