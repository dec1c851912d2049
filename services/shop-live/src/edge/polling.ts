import type { IncomingMessage } from 'node:http'
import { etagOf, isKept, onGone, sendAnswer } from '@polyservice-lab/service-kit/http'
import type { FeedPart, FeedTail, Shop } from '@polyservice-lab/shop'
import type { Request, RequestHandler, Response } from 'express'
import { encode } from './encode.ts'
import { authorize, type Poll, readPoll } from './requests.ts'
import type { Streams } from './streams.ts'

export interface PollingOptions {
  readonly shop: Shop
  readonly tail: FeedTail
  readonly streams: Streams
  readonly waitMaxS: number
}

/** Polling and long polling: the events after a number; where there are none yet, it waits for one as long as it is asked to. */
export function createPolling({ shop, waitMaxS, ...waiting }: PollingOptions): RequestHandler {
  return async (request, response) => {
    await authorize(request, shop.access)
    const poll = readPoll(request, waitMaxS)
    const after = poll.after ?? (await shop.feed.newest())
    let part: FeedPart = { events: [], newest: after }
    if (poll.after !== undefined) part = await shop.feed.readPart(after, poll.limit)
    if (poll.waitS > 0 && part.events.length === 0 && request.method !== 'HEAD') {
      part = await wait(request, response, after, poll, waiting)
      if (response.closed) return
    }
    send(request, response, after, part, poll.waitS === 0)
  }
}

function send(
  request: IncomingMessage,
  response: Response,
  after: number,
  { events, newest }: FeedPart,
  hasEtag: boolean,
): void {
  const encoded = events.map(encode)
  const next = encoded.at(-1)?.seq ?? after
  const body = `{"events":[${encoded.map(({ json }) => json).join()}],"next":${next},"last":${newest}}`
  const etag = hasEtag ? etagOf(body) : undefined
  const headers = { 'Cache-Control': 'no-cache', ...(etag && { ETag: etag }) }
  if (etag !== undefined && isKept(request, etag)) response.writeHead(304, headers).end()
  else sendAnswer(response, { status: 200, headers, body })
}

/** The first part that has events; one without, when the time is up, the service drains or the client has gone. */
async function wait(
  request: Request,
  response: Response,
  after: number,
  { limit, waitS }: Poll,
  { tail, streams }: Pick<PollingOptions, 'tail' | 'streams'>,
): Promise<FeedPart> {
  let isOver = false
  let wake = () => {}
  const end = () => {
    isOver = true
    wake()
  }
  using resources = new DisposableStack()
  resources.use(streams.enter(end))
  resources.defer(tail.onChange(() => wake()))
  onGone(request, response, end)
  const timer = setTimeout(end, waitS * 1000)
  resources.defer(() => clearTimeout(timer))
  for (;;) {
    const { version } = tail
    const part = await tail.next(after, limit)
    if (part.events.length > 0 || isOver) return part
    if (version !== tail.version) continue
    const { promise, resolve } = Promise.withResolvers<void>()
    wake = resolve
    await promise
    if (isOver) return part
  }
}
