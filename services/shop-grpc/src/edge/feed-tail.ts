import { encodeMessage } from '@polyservice-lab/contracts/grpc'
import { EventSchema } from '@polyservice-lab/contracts/shop/grpc'
import { AppError } from '@polyservice-lab/service-kit'
import type { Feed, ShopEvent } from '@polyservice-lab/shop'
import { toEvent } from './messages.ts'

/** New events that are read at a time for all readers. */
const batchMax = 1_000
/** Events that are read at a time for a reader who is behind: what one who sleeps holds in memory. */
const readAhead = 100

interface EncodedEvent {
  readonly seq: number
  readonly message: Buffer
}

/** The feed for many readers: what is new is read and encoded once for all who wait for it. */
export interface FeedTail extends AsyncDisposable {
  /** The number of the newest event. */
  newest(): Promise<number>
  /**
   * The events that follow a number, in order, and each new one; ends by the reason of the signal.
   * @throws AppError invalid_argument, out_of_range
   */
  follow(after: number, signal: AbortSignal): AsyncGenerator<EncodedEvent>
}

export function createFeedTail(feed: Feed): FeedTail {
  let newest: number | undefined
  let change = Promise.withResolvers<readonly EncodedEvent[]>()

  const read = async (after: number, limit: number) => (await feed.read(after, limit)).map(encode)

  /** Gives what is new to all who wait. @returns whether there may be more */
  async function look(): Promise<boolean> {
    newest ??= await feed.newest()
    let batch: readonly EncodedEvent[] = []
    try {
      batch = await read(newest, batchMax)
      if (batch.length === 0) return false
      newest += batch.length
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'out_of_range') throw error
      // A reset has put the feed back, or more was written than is kept: each reader looks for itself.
      newest = await feed.newest()
    }
    change.resolve(batch)
    change = Promise.withResolvers()
    return true
  }
  const listening = feed.listen(async () => {
    while (await look());
  })

  async function* follow(after: number, signal: AbortSignal): AsyncGenerator<EncodedEvent> {
    let last = after
    let changed = change.promise
    let events = await read(last, readAhead)
    for (;;) {
      for (const event of events) {
        yield event
        last = event.seq
      }
      if (last !== newest) {
        changed = change.promise
        events = await read(last, readAhead)
        if (events.length > 0) continue
      }
      const batch = await unlessAborted(changed, signal)
      changed = change.promise
      events = batch.filter(({ seq }) => seq > last)
      if (events[0] !== undefined && events[0].seq !== last + 1) events = await read(last, readAhead)
    }
  }

  return {
    newest: () => feed.newest(),
    follow,
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  }
}

function encode(event: ShopEvent): EncodedEvent {
  return { seq: event.seq, message: encodeMessage(EventSchema, toEvent(event)) }
}

/** @throws the reason of the signal, where it is aborted first */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    void promise.then((value) => {
      signal.removeEventListener('abort', abort)
      resolve(value)
    })
  })
}
