import { AppError } from '@polyservice-lab/service-kit'
import type { ShopEvent } from './domain/entities.ts'
import type { FeedTail } from './feed-tail.ts'

const pageMax = 100
/** How long after a failure of the database it is asked again, in ms. */
const retryMs = 1_000

/**
 * The events that follow a number, then every event as it happens, each once and in order; `next` rejects with an AppError
 * out_of_range where they are no longer there. `return` ends a wait at once, which a generator would not.
 */
export class FeedEvents implements AsyncIterableIterator<ShopEvent, undefined> {
  readonly #tail: FeedTail
  readonly #unlisten: () => void
  #after: number
  #events: ShopEvent[] = []
  /** The version of the tail of which all events are read. */
  #seen: number | undefined
  #isOver = false
  #wake = () => {}

  constructor(tail: FeedTail, after: number) {
    this.#tail = tail
    this.#after = after
    this.#unlisten = tail.onChange(() => this.#wake())
  }

  async next(): Promise<IteratorResult<ShopEvent, undefined>> {
    try {
      while (!this.#isOver) {
        const event = this.#events.shift()
        if (event !== undefined) {
          this.#after = event.seq
          return { done: false, value: event }
        }
        await this.#more()
      }
    } catch (error) {
      this.#end()
      throw error
    }
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<ShopEvent, undefined>> {
    this.#end()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #end(): void {
    this.#isOver = true
    this.#unlisten()
    this.#wake()
  }

  /** Reads what there is, or waits until there may be more. */
  async #more(): Promise<void> {
    const { version } = this.#tail
    if (this.#seen === version) return this.#woken()
    const part = await this.#tail.next(this.#after, pageMax).catch(unlessUnavailable)
    if (part === undefined) return this.#woken(retryMs)
    this.#events = [...part.events]
    if (part.events.length < pageMax) this.#seen = version
  }

  async #woken(afterMs?: number): Promise<void> {
    if (this.#isOver) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const timer = afterMs === undefined ? undefined : setTimeout(resolve, afterMs)
    await promise
    clearTimeout(timer)
  }
}

/** A database that is away comes back, and nothing is lost by then. */
function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof AppError && error.code === 'unavailable')) throw error
}
