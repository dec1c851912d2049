import { AppError, type Logger, type UnsentBudget } from '@polyservice-lab/service-kit'
import type { FeedTail } from '@polyservice-lab/shop'
import { type EncodedEvent, encode } from './encode.ts'

const batchMax = 100
/** With more unsent, a reader gets no further event: those that it has not taken stay in the database. */
const aheadBytesMax = 65_536
/** How long after a failure of the database it is asked again, in ms. */
const retryMs = 1_000

/** Where the events of one reader go. */
export interface Sink {
  /** What was sent and has not left, in bytes. */
  readonly unsentBytes: number
  send(events: readonly EncodedEvent[]): void
  /** Tells the client, and ends. */
  fail(error: unknown): void
}

export interface FeedReaderOptions {
  readonly tail: FeedTail
  readonly unsentBudget: UnsentBudget
  readonly bufferBytesMax: number
  readonly logger: Logger
}

/** One reader of the feed: sends each event once and in order, as fast as the client takes them. */
export class FeedReader {
  readonly #sink: Sink
  readonly #options: FeedReaderOptions
  readonly #bytesMax: number
  readonly #unlisten: () => void
  #after: number
  #isOver = false
  #isFull = false
  #wake = () => {}

  /** Begins at once. @param after the number of the last event that the client has */
  constructor(sink: Sink, after: number, options: FeedReaderOptions) {
    this.#sink = sink
    this.#after = after
    this.#options = options
    this.#bytesMax = Math.min(options.bufferBytesMax, aheadBytesMax)
    this.#unlisten = options.tail.onChange(() => this.#wake())
    void this.#run().catch((error: unknown) => {
      if (this.#isOver) return
      if (!(error instanceof AppError)) options.logger.error({ err: error }, 'a reader failed')
      this.end()
      sink.fail(error)
    })
  }

  /** Something of what was unsent has left. */
  left(): void {
    if (this.#isOver) return
    this.#hold()
    if (this.#isFull) this.#wake()
  }

  end(): void {
    this.#isOver = true
    this.#unlisten()
    this.#options.unsentBudget.forget(this)
    this.#wake()
  }

  /** The client is the one with the most unsent, and there is no room for all. */
  cutOff(): void {
    this.end()
    this.#sink.fail(new AppError('resource_exhausted', 'too many bytes wait for readers that do not read'))
  }

  async #run(): Promise<void> {
    const { tail } = this.#options
    /** The version of the tail of which all events were sent. */
    let seen: number | undefined
    while (!this.#isOver) {
      this.#isFull = this.#sink.unsentBytes >= this.#bytesMax
      if (this.#isFull || seen === tail.version) {
        await this.#woken()
        continue
      }
      const { version } = tail
      const hadAll = await this.#sendNext().catch(retryable)
      if (hadAll === undefined) await this.#woken(retryMs)
      else if (hadAll) seen = version
    }
  }

  /** @returns whether there was nothing more to send */
  async #sendNext(): Promise<boolean> {
    const { events } = await this.#options.tail.next(this.#after, batchMax)
    if (this.#isOver) return true
    const fitting: EncodedEvent[] = []
    let room = this.#bytesMax - this.#sink.unsentBytes
    for (const event of events) {
      const one = encode(event)
      if (room <= 0 || (fitting.length > 0 && one.block.length > room)) break
      fitting.push(one)
      room -= one.block.length
    }
    const last = fitting.at(-1)
    if (last !== undefined) {
      this.#after = last.seq
      this.#sink.send(fitting)
      this.#hold()
    }
    return fitting.length === events.length && events.length < batchMax
  }

  #hold(): void {
    this.#options.unsentBudget.hold(this, this.#sink.unsentBytes)
  }

  async #woken(afterMs?: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const timer = afterMs === undefined ? undefined : setTimeout(resolve, afterMs)
    await promise
    clearTimeout(timer)
  }
}

/** A database that is away comes back, and nothing is lost by then. */
function retryable(error: unknown): undefined {
  if (!(error instanceof AppError && error.code === 'unavailable')) throw error
}
