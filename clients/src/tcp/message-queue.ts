/** Batches that wait for their reader before the connection is read on. */
const batchesMax = 4

/**
 * Messages on their way from a connection to one `for await`. Whoever pushes waits while the reader is behind; a
 * reader that leaves gets nothing more, and holds nobody up.
 */
export class MessageQueue<T> implements AsyncIterableIterator<T> {
  readonly #batches: (readonly T[])[] = []
  #at = 0
  #ended = false
  #error: unknown
  #wakeReader = () => {}
  #wakeWriter = () => {}
  readonly #onEnd: () => void

  /** @param onEnd is called once, when nothing more can be pushed */
  constructor(onEnd: () => void = () => {}) {
    this.#onEnd = onEnd
  }

  /** Resolves when there is room for more. */
  async push(batch: readonly T[]): Promise<void> {
    if (this.#ended) return
    this.#batches.push(batch)
    this.#wakeReader()
    while (this.#batches.length >= batchesMax && !this.#ended)
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve
      })
  }

  /** What was pushed is still read; then the iteration ends, or throws the error. */
  end(error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.#error = error
    this.#onEnd()
    this.#wakeReader()
    this.#wakeWriter()
  }

  async next(): Promise<IteratorResult<T>> {
    for (;;) {
      const batch = this.#batches[0]
      if (batch !== undefined && this.#at < batch.length)
        return { done: false, value: batch[this.#at++] as T }
      if (batch !== undefined) {
        this.#batches.shift()
        this.#at = 0
        this.#wakeWriter()
      } else if (this.#ended) {
        const error = this.#error
        this.#error = undefined
        if (error !== undefined) throw error
        return { done: true, value: undefined }
      } else {
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve
        })
      }
    }
  }

  async return(): Promise<IteratorResult<T>> {
    this.#batches.length = 0
    this.end()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
