import { AppError } from '@polyservice-lab/service-kit'

/** The part of a budget that one connection uses. */
export interface BudgetShare extends Disposable {
  /**
   * Says how many bytes the connection holds now.
   * @throws AppError with the reason `busy` where all connections together would hold too many
   */
  hold(bytes: number): void
}

/**
 * Bounds the bytes of messages and frames that have begun and not ended, over all connections: each alone has its
 * limit, and all of them at it would be more than there is memory.
 */
export class ReceiveBudget {
  readonly #bytesMax: number
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  open(): BudgetShare {
    let held = 0
    const take = (bytes: number) => {
      this.#bytes += bytes - held
      held = bytes
    }
    return {
      hold: (bytes) => {
        if (bytes > held && this.#bytes + bytes - held > this.#bytesMax)
          throw new AppError('unavailable', 'too many unfinished messages', { reason: 'busy' })
        take(bytes)
      },
      [Symbol.dispose]: () => take(0),
    }
  }
}
