import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { ShopEvent } from './entities.ts'
import { invalid } from './rules.ts'
import type { FeedBounds, FeedStore } from './store.ts'

/** All changes of users and orders. A reader that goes on from the last number it saw gets each event once, in order. */
export interface Feed {
  /** The number of the newest event; 0 where there was none. */
  newest(): Promise<number>
  /**
   * The events that follow a number, in order.
   * @throws AppError out_of_range with the reason events_gone or after_in_future
   */
  read(after: number, limit: number): Promise<readonly ShopEvent[]>
  /** Calls back when there may be new events; dispose the result before the shop. */
  listen(onChange: () => void | Promise<void>): AsyncDisposable
}

export function createFeed(store: FeedStore): Feed {
  return {
    newest: async () => (await store.bounds()).newest,
    async read(after, limit) {
      if (!Number.isSafeInteger(after) || after < 0)
        throw invalid([{ field: 'after', description: 'must be an integer from 0 to 2^53-1' }])
      const { events, ...bounds } = await store.read(after, limit)
      assertWithin(after, bounds)
      return events
    },
    listen: (onChange) => store.listen(onChange),
  }
}

function assertWithin(after: number, { oldest, newest }: FeedBounds): void {
  if (after > newest)
    throw new AppError('out_of_range', 'there is no such event yet', { reason: 'after_in_future' })
  if (after < oldest - 1)
    throw new AppError('out_of_range', 'the events after that are no longer kept', { reason: 'events_gone' })
}
