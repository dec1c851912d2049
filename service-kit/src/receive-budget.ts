import { AppError } from './app-error.ts'

/**
 * Bounds the bytes of messages that have begun and not ended, over all connections: each alone has its limit, and all of
 * them at it would be more than there is memory. A message that is the only one is never refused.
 */
export class ReceiveBudget {
  readonly #bytesMax: number
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** The part of the budget that one connection uses. */
  open(): BudgetShare {
    return new BudgetShare((held, bytes) => {
      const others = this.#bytes - held
      if (bytes > held && others > 0 && others + bytes > this.#bytesMax)
        throw new AppError('unavailable', 'too many unfinished messages', { reason: 'busy' })
      this.#bytes = others + bytes
    })
  }
}

export class BudgetShare implements Disposable {
  readonly #change: (held: number, bytes: number) => void
  #held = 0

  /** @param change takes so many bytes in place of those that were held */
  constructor(change: (held: number, bytes: number) => void) {
    this.#change = change
  }

  /**
   * Says how many bytes the connection holds now.
   * @throws AppError with the reason `busy` where all connections together would hold too many
   */
  hold(bytes: number): void {
    this.#change(this.#held, bytes)
    this.#held = bytes
  }

  [Symbol.dispose](): void {
    this.hold(0)
  }
}
