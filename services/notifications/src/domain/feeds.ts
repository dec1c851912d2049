import type { Notification } from './notification.ts'
import type { NotificationStore } from './notification-store.ts'

const pageMax = 100
const retryMs = 1_000

/** Who is told of notifications as they come. */
export interface Reader {
  readonly isClosed: boolean
  send(notification: Notification): void
  /** Resolves when there is room for more, or none is wanted any more. */
  room(): Promise<void>
  /** Resolves after a moment in which a client that reads has read. */
  breath(): Promise<void>
}

/** A reader at its place: woken, it is told all that is new. */
export interface Feed extends Disposable {
  wake(): void
}

export interface FeedsOptions {
  readonly store: NotificationStore
  /** Resolves after a time, in ms. */
  readonly pause: (ms: number) => Promise<unknown>
  /** Told of failures that pass: reading goes on. */
  readonly failed: (error: unknown) => void
}

/** The feeds of all customers. Each reader has a place of its own, and reads at the same place are one. */
export class Feeds {
  readonly #options: FeedsOptions
  readonly #feeds = new Map<string, Set<Feed>>()
  readonly #reads = new Map<string, Promise<readonly Notification[]>>()

  constructor(options: FeedsOptions) {
    this.#options = options
  }

  /** Tells a reader every notification of a customer after an id, once and in order, until it is disposed. */
  follow(customerId: string, after: number, reader: Reader): Feed {
    let position = after
    let isRunning = false
    let isWoken = false

    const tell = async () => {
      const page = await this.#read(customerId, position)
      for (const notification of page) {
        if (reader.isClosed) return
        reader.send(notification)
        position = notification.id
        await reader.breath()
        // Behind a full page there is more: what a client has not read is left in the database.
        if (page.length === pageMax) await reader.room()
      }
      if (page.length === pageMax) isWoken = true
    }
    const run = async () => {
      isRunning = true
      while (isWoken && !reader.isClosed) {
        isWoken = false
        await tell().catch(async (error: unknown) => {
          this.#options.failed(error)
          isWoken = true
          await this.#options.pause(retryMs)
        })
      }
      isRunning = false
    }

    const feed: Feed = {
      wake() {
        isWoken = true
        if (!isRunning) void run()
      },
      [Symbol.dispose]: () => {
        const feeds = this.#feeds.get(customerId)
        feeds?.delete(feed)
        if (feeds?.size === 0) this.#feeds.delete(customerId)
      },
    }
    const feeds = this.#feeds.get(customerId) ?? new Set()
    this.#feeds.set(customerId, feeds.add(feed))
    feed.wake()
    return feed
  }

  /** Wakes the readers of a customer. */
  changed(customerId: string): void {
    for (const feed of this.#feeds.get(customerId) ?? []) feed.wake()
  }

  #read(customerId: string, after: number): Promise<readonly Notification[]> {
    const place = `${customerId} ${after}`
    const running = this.#reads.get(place)
    if (running !== undefined) return running
    const read = this.#options.store
      .after(customerId, after, pageMax)
      .finally(() => this.#reads.delete(place))
    this.#reads.set(place, read)
    return read
  }
}
