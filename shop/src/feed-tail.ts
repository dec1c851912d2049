import { AppError, createGate, runShared } from '@polyservice-lab/service-kit'
import type { Feed, FeedPart } from './domain/feed.ts'

/** Looks at the database at a time: what they find is in memory beside what is being sent. */
const readsMax = 4

/** The end of the feed, watched once for all readers of a process. Dispose it before the shop. */
export interface FeedTail extends AsyncDisposable {
  /** Another number after each change: whoever has read since knows of all before. */
  readonly version: number
  /**
   * The events that follow a number, as `readPart` of the feed has them. Readers at one place share one look at the
   * database and what it finds, so that an event costs as much for thousands of them as for one; what was committed
   * before the call and after the last change of `version` may be missing.
   * @throws OutOfFeedError, AppError unavailable
   */
  next(after: number, limit: number): Promise<FeedPart>
  /** Calls back after each change of `version`. @returns ends that */
  onChange(listener: () => void): () => void
}

export function createFeedTail(feed: Feed): FeedTail {
  const gate = createGate({ concurrencyMax: readsMax })
  const listeners = new Set<() => void>()
  const reads = new Map<string, Promise<FeedPart>>()
  let version = 0
  let newest: number | undefined

  const listening = feed.listen(async () => {
    // While the database is away, there is nothing to hear of.
    const found = await feed.newest().catch(unlessUnavailable)
    if (found === undefined || found === newest) return
    newest = found
    version += 1
    // What was asked for before may lack what is new.
    reads.clear()
    for (const listener of listeners) listener()
  })

  return {
    get version() {
      return version
    },
    next(after, limit) {
      const place = `${after} ${limit}`
      const shared = reads.get(place)
      if (shared !== undefined) return shared
      const reading = runShared(() => gate(() => feed.readPart(after, limit))).finally(() => {
        if (reads.get(place) === reading) reads.delete(place)
      })
      reads.set(place, reading)
      return reading
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  }
}

function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof AppError && error.code === 'unavailable')) throw error
}
