import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { ShopEvent } from './entities.ts'
import { invalid } from './rules.ts'
import type { FeedBounds, FeedStore } from './store.ts'

/** Events, and the number of the newest one, as they were at one moment. */
export interface FeedPart {
  readonly events: readonly ShopEvent[]
  readonly newest: number
}

/** A number that no reader can go on from. */
export class OutOfFeedError extends AppError {
  /** The lowest number that a reader can go on from. */
  readonly oldest: number
  /** The number of the newest event, which is the highest. */
  readonly newest: number

  constructor(reason: 'events_gone' | 'after_in_future', message: string, { oldest, newest }: FeedBounds) {
    super('out_of_range', message, { reason })
    this.oldest = oldest - 1
    this.newest = newest
  }
}

export const positionText = 'must be an integer from 0 to 2^53-1'

/** Whether a number can be one that a reader goes on from. */
export function isPosition(after: number): boolean {
  return Number.isSafeInteger(after) && after >= 0
}

/** All changes of users and orders. A reader that goes on from the last number it saw gets each event once, in order. */
export interface Feed {
  /** The number of the newest event; 0 where there was none. */
  newest(): Promise<number>
  /**
   * The events that follow a number, in order.
   * @throws OutOfFeedError out_of_range with the reason events_gone or after_in_future
   */
  read(after: number, limit: number): Promise<readonly ShopEvent[]>
  /** Like `read`, with the number of the newest event. */
  readPart(after: number, limit: number): Promise<FeedPart>
  /** Calls back when there may be new events; dispose the result before the shop. */
  listen(onChange: () => void | Promise<void>): AsyncDisposable
}

export function createFeed(store: FeedStore): Feed {
  async function readPart(after: number, limit: number): Promise<FeedPart> {
    if (!isPosition(after)) throw invalid([{ field: 'after', description: positionText }])
    const { events, ...bounds } = await store.read(after, limit)
    assertWithin(after, bounds)
    return { events, newest: bounds.newest }
  }
  return {
    newest: async () => (await store.bounds()).newest,
    readPart,
    read: async (after, limit) => (await readPart(after, limit)).events,
    listen: (onChange) => store.listen(onChange),
  }
}

function assertWithin(after: number, bounds: FeedBounds): void {
  if (after > bounds.newest) throw new OutOfFeedError('after_in_future', 'there is no such event yet', bounds)
  if (after < bounds.oldest - 1)
    throw new OutOfFeedError('events_gone', 'the events after that are no longer kept', bounds)
}
