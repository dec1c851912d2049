import { encodeMessage } from '@polyservice-lab/contracts/grpc'
import { EventSchema, type ShopService } from '@polyservice-lab/contracts/shop/grpc'
import { AppError } from '@polyservice-lab/service-kit'
import type { Handlers } from '@polyservice-lab/service-kit/grpc'
import { FeedEvents, type FeedTail, type ShopEvent } from '@polyservice-lab/shop'
import { toEvent } from './messages.ts'

/** shop.v1.ShopService/WatchFeed, at most `streamsMax` at a time: ends by the client, an error or a drain. */
export function createWatchFeed(
  tail: FeedTail,
  newest: () => Promise<number>,
  streamsMax: number,
): Handlers<typeof ShopService>['watchFeed'] {
  let open = 0
  return async function* watchFeed(request, call) {
    if (open >= streamsMax) throw new AppError('unavailable', `${streamsMax} feeds are open already`)
    open += 1
    try {
      const after = request.after === undefined ? await newest() : Number(request.after)
      // The client may rely on it: what happens from now on comes.
      call.sendInitialMetadata()
      yield* untilOver(new FeedEvents(tail, after), [call.signal, call.draining])
    } finally {
      open -= 1
    }
  }
}

/** @throws the reason of the signal that is aborted first */
async function* untilOver(events: FeedEvents, signals: readonly AbortSignal[]): AsyncGenerator<Buffer> {
  const end = () => void events.return()
  for (const signal of signals) signal.addEventListener('abort', end)
  try {
    for (const signal of signals) signal.throwIfAborted()
    for await (const event of events) yield encode(event)
    for (const signal of signals) signal.throwIfAborted()
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', end)
    end()
  }
}

/** Readers at one place share the events that are read for them, and so their bytes. */
const encoded = new WeakMap<ShopEvent, Buffer>()

function encode(event: ShopEvent): Buffer {
  const known = encoded.get(event)
  if (known !== undefined) return known
  const bytes = encodeMessage(EventSchema, toEvent(event))
  encoded.set(event, bytes)
  return bytes
}
