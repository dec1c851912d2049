import { readFileSync } from 'node:fs'
import { type ServiceDeps, UnsentBudget } from '@polyservice-lab/service-kit'
import {
  createHttpApp,
  createHttpServer,
  createPage,
  HttpError,
  type HttpServer,
} from '@polyservice-lab/service-kit/http'
import { isHandshake } from '@polyservice-lab/service-kit/websocket'
import type { FeedTail, Shop } from '@polyservice-lab/shop'
import type { RequestHandler } from 'express'
import type { Config } from '../config.ts'
import { toWire } from './errors.ts'
import { createEventStream } from './event-stream.ts'
import { FeedSockets, socketPath } from './feed-sockets.ts'
import russian from './page-texts.json' with { type: 'json' }
import { createPolling } from './polling.ts'
import { Streams } from './streams.ts'

const upgradeHeaders = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' }

/** A slash within a segment is part of a name that nothing has, and separates no segments. */
const prepare: RequestHandler = ({ originalUrl }, _response, next) => {
  next(/^[^?]*%2f/i.test(originalUrl) ? new HttpError(404, 'Not Found') : undefined)
}

/** The HTTP server: the feed by its four means, and the page that shows them. */
export function createHttpEdge(shop: Shop, tail: FeedTail, config: Config, deps: ServiceDeps): HttpServer {
  const streams = new Streams(config.streamsMax)
  const { keepaliveMs, waitMaxS, bufferBytesMax, sendBytesMax, restOrigins } = config
  const unsentBudget = new UnsentBudget(sendBytesMax)
  const reading = { shop, tail, streams, bufferBytesMax, unsentBudget, logger: deps.logger }
  const template = readFileSync(new URL('page.html', import.meta.url), 'utf8')
  const html = template.replace('REST_ORIGINS', restOrigins.join(' '))
  const page = createPage({ html, russian, connectsTo: restOrigins })
  const get = { method: 'GET' } as const
  const app = createHttpApp({
    endpoints: [
      { ...get, path: '/', operation: 'page', handle: page },
      {
        ...{ ...get, path: '/events', operation: 'poll' },
        handle: createPolling({ shop, tail, streams, waitMaxS }),
      },
      {
        ...{ ...get, path: '/events/stream', operation: 'stream' },
        handle: createEventStream({ ...reading, keepaliveMs }),
      },
      {
        ...{ ...get, path: socketPath, operation: 'handshake' },
        handle(request) {
          if (isHandshake(request)) streams.assertRoom()
          throw new HttpError(426, 'this is a WebSocket (RFC 6455)', upgradeHeaders)
        },
      },
    ],
    toWire,
    prepare,
    corsOrigins: [],
    keepsRequestIds: true,
    answersOptions: false,
    discardBytesMax: config.bodyBytesMax,
    sendBytesMax,
    deps,
  })
  const server = createHttpServer(app, config, toWire, deps, new FeedSockets({ ...reading, config }, deps))
  return {
    start: () => server.start(),
    async [Symbol.asyncDispose]() {
      const drained = server[Symbol.asyncDispose]()
      streams.drain()
      await drained
    },
  }
}
