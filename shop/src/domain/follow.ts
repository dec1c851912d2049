import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { ShopEvent } from './entities.ts'
import type { Feed } from './feed.ts'

/** How many events are read at a time, and how many of the newest are kept for all readers. */
const pageMax = 100
const recentMax = 1_000

/** Events one after the other. `return` ends a wait at once. */
export type Events = AsyncIterableIterator<ShopEvent, undefined>

/** Lets any number of readers follow the feed: an event that happens is read once for all of them. */
export class Followers implements AsyncDisposable {
  readonly #feed: Feed
  readonly #listening: AsyncDisposable
  readonly #readers = new Set<Reader>()
  /** The number of the newest event that was heard of, and the events up to it; undefined while nobody reads. */
  #known: number | undefined
  #recent: readonly ShopEvent[] = []

  constructor(feed: Feed) {
    this.#feed = feed
    this.#listening = feed.listen(() => this.#pull())
  }

  /**
   * The events that follow a number, then every event as it happens; none is left out or comes twice. While the database
   * is away, readers wait.
   * @param after default: the newest event
   * @throws AppError out_of_range with the reason events_gone or after_in_future, also later from the reader
   */
  async follow(after?: number): Promise<Events> {
    const newest = await this.#feed.newest()
    const position = after ?? newest
    const begun = await this.#feed.read(position, pageMax)
    const reader = new Reader(position, begun, this, () => this.#left(reader))
    this.#readers.add(reader)
    this.#known ??= newest
    return reader
  }

  /** The number of the newest event that was heard of. */
  get known(): number | undefined {
    return this.#known
  }

  /** What follows a number: from memory, where it is there. */
  async read(after: number): Promise<readonly ShopEvent[]> {
    const first = this.#recent[0]?.seq ?? Number.POSITIVE_INFINITY
    const kept = first <= after + 1 ? this.#recent.slice(after + 1 - first, after + 1 - first + pageMax) : []
    return kept.length > 0 ? kept : this.#feed.read(after, pageMax)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#readers].map((reader) => reader.return()))
    await this.#listening[Symbol.asyncDispose]()
  }

  async #pull(): Promise<void> {
    while (this.#known !== undefined) {
      const events = await this.#readOn(this.#known)
      const last = events.at(-1)
      if (last === undefined) break
      this.#known = last.seq
      this.#recent = [...this.#recent, ...events].slice(-recentMax)
    }
    for (const reader of this.#readers) reader.wake()
  }

  /** After a reset the numbers begin again: readers hear that theirs are not there. */
  async #readOn(known: number): Promise<readonly ShopEvent[]> {
    try {
      return await this.#feed.read(known, pageMax)
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'out_of_range')) throw error
      this.#recent = []
      this.#known = await this.#feed.newest()
      return []
    }
  }

  #left(reader: Reader): void {
    this.#readers.delete(reader)
    if (this.#readers.size > 0) return
    this.#known = undefined
    this.#recent = []
  }
}

class Reader implements Events {
  #position: number
  readonly #events: ShopEvent[]
  readonly #followers: Followers
  readonly #left: () => void
  #isEnded = false
  #goOn: (() => void) | undefined

  constructor(position: number, begun: readonly ShopEvent[], followers: Followers, left: () => void) {
    this.#position = position
    this.#events = [...begun]
    this.#followers = followers
    this.#left = left
  }

  wake(): void {
    this.#goOn?.()
  }

  async next(): Promise<IteratorResult<ShopEvent, undefined>> {
    while (!this.#isEnded) {
      const event = this.#events.shift()
      if (event !== undefined) {
        this.#position = event.seq
        return { done: false, value: event }
      }
      await this.#more()
    }
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<ShopEvent, undefined>> {
    this.#isEnded = true
    this.#left()
    this.wake()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Reads what there is, or waits until there may be more. */
  async #more(): Promise<void> {
    const { known } = this.#followers
    if (this.#position !== known) {
      try {
        this.#events.push(...(await this.#followers.read(this.#position)))
      } catch (error) {
        // A database that is away is waited for.
        if (!(error instanceof AppError && error.code === 'unavailable')) throw error
      }
    }
    // What came meanwhile is looked for at once.
    if (this.#events.length > 0 || this.#isEnded || this.#followers.known !== known) return
    await new Promise<void>((resolve) => {
      this.#goOn = resolve
    })
  }
}
