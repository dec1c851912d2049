import type { Exchange } from '@polyservice-lab/service-kit/http'
import { onGone } from '@polyservice-lab/service-kit/http'
import type { Shop } from '@polyservice-lab/shop'
import type { Request, RequestHandler, Response } from 'express'
import { codeOf } from './errors.ts'
import { FeedReader, type FeedReaderOptions } from './feed-reader.ts'
import { authorize, readStart } from './requests.ts'
import type { Streams } from './streams.ts'

/** How long a browser waits before it connects again, in ms. */
const reconnectMs = 2_000

const headers = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }

export interface EventStreamOptions extends FeedReaderOptions {
  readonly shop: Shop
  readonly streams: Streams
  readonly keepaliveMs: number
}

/** Server-sent events (HTML, 9.2): the feed from a number on, until the client has gone or the service drains. */
export function createEventStream({ shop, streams, ...options }: EventStreamOptions): RequestHandler {
  return async (request, response) => {
    await authorize(request, shop.access)
    const start = readStart(request)
    const after = start ?? (await shop.feed.newest())
    if (start !== undefined) await shop.feed.readPart(start, 1)
    streams.assertRoom()
    // When the stream ends, so does its connection.
    response.shouldKeepAlive = false
    response.writeHead(200, headers)
    if (request.method === 'HEAD' || response.closed) response.end()
    else stream(request, response, after, streams, options)
  }
}

function stream(
  request: Request,
  response: Response,
  after: number,
  streams: Streams,
  { keepaliveMs, ...options }: Omit<EventStreamOptions, 'shop' | 'streams'>,
): void {
  response.on('error', () => {})
  response.write(`retry: ${reconnectMs}\n\n`)
  const place = streams.enter(() => end())
  const keepalive = setInterval(() => {
    if (response.writableLength === 0) response.write(':\n\n')
  }, keepaliveMs)
  const left = () => reader.left()
  const reader = new FeedReader(
    {
      get unsentBytes() {
        return response.writableLength
      },
      send(events) {
        keepalive.refresh()
        response.write(Buffer.concat(events.map(({ block }) => block)), left)
      },
      fail(error) {
        const outcome = codeOf(error)
        ;(response.locals as Exchange).outcome = outcome
        if (outcome === 'resource_exhausted') response.destroy()
        else end()
      },
    },
    after,
    options,
  )
  function end(): void {
    clearInterval(keepalive)
    reader.end()
    response.end()
  }
  onGone(request, response, () => {
    end()
    place[Symbol.dispose]()
  })
}
