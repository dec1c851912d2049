import { AppError } from '@polyservice-lab/service-kit/app-error'
import {
  type ChargeAnswer,
  type ChargeRequest,
  charge,
  type Money,
  type RefundRequest,
  refund,
} from './account.ts'
import type { Entry, Ledger } from './ledger.ts'

/** How many lines of the ledger are read at a time. */
const pageSize = 500

/** The pretended card network. */
export interface Cards {
  /**
   * Charges a card once for each key.
   * @throws AppError unavailable where the test card has it so, failed_precondition where the key was used for something else
   */
  charge(
    request: ChargeRequest,
    signal: AbortSignal,
  ): Promise<Exclude<ChargeAnswer, { outcome: 'unavailable' }>>
  /** @returns what is given back; undefined where nothing was charged, and nothing will be */
  refund(request: RefundRequest): Promise<Money | undefined>
  /** The ledger, the oldest line first: of one order, or of all. */
  entries(orderId: string | undefined): AsyncIterable<Entry>
}

export interface CardsOptions {
  readonly ledger: Ledger
  readonly newId: () => string
  /** Waits as long as answers of some cards are held. Rejects with the reason of the signal when that is aborted. */
  readonly hold: (signal: AbortSignal) => Promise<void>
  /** Told of each answer to a charge. */
  readonly charged: (outcome: ChargeAnswer['outcome']) => void
}

export function createCards({ ledger, newId, hold, charged }: CardsOptions): Cards {
  return {
    async charge(request, signal) {
      const { answer, isHeld } = await ledger.change(request.key, (current) =>
        charge(current, request, newId()),
      )
      charged(answer.outcome)
      if (isHeld) await hold(signal)
      if (answer.outcome === 'unavailable')
        throw new AppError('unavailable', 'the card network is not available')
      return answer
    },

    async refund(request) {
      const { refunded } = await ledger.change(request.key, (current) => refund(current, request))
      return refunded
    },

    async *entries(orderId) {
      let lastId = 0
      for (;;) {
        const page = await ledger.list(orderId, lastId, pageSize)
        yield* page
        lastId = page.at(-1)?.id ?? lastId
        if (page.length < pageSize) return
      }
    },
  }
}
