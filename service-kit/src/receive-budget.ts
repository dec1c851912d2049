import { AppError } from './app-error.ts'

/**
 * Bounds the bytes of messages that have begun and not ended, over all connections: each alone has its limit, and all of
 * them at it would be more than there is memory.
 */
export class ReceiveBudget {
  readonly #bytesMax: number
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** The part of the budget that one connection uses. */
  open(): BudgetShare {
    return new BudgetShare((bytes) => {
      if (bytes > 0 && this.#bytes + bytes > this.#bytesMax)
        throw new AppError('unavailable', 'too many unfinished messages', { reason: 'busy' })
      this.#bytes += bytes
    })
  }
}

export class BudgetShare implements Disposable {
  readonly #take: (bytes: number) => void
  #held = 0

  /** @param take takes so many bytes more, or gives some back where they are less than none */
  constructor(take: (bytes: number) => void) {
    this.#take = take
  }

  /**
   * Says how many bytes the connection holds now.
   * @throws AppError with the reason `busy` where all connections together would hold too many
   */
  hold(bytes: number): void {
    this.#take(bytes - this.#held)
    this.#held = bytes
  }

  [Symbol.dispose](): void {
    this.hold(0)
  }
}
