import type { CardNetwork } from '@polyservice-lab/charging/domain'
import type { Cards } from './cards.ts'

export interface OwnNetworkOptions {
  readonly cards: Cards
  /** Aborted when a call has taken long enough. */
  readonly newTimeout: () => AbortSignal
  /** Aborted when the service drains: what came of a call is not known then. */
  readonly stopping: AbortSignal
}

/** The card network for payments of its own, within the same limits as for those of others. */
export function createOwnNetwork({ cards, newTimeout, stopping }: OwnNetworkOptions): CardNetwork {
  return {
    async charge({ orderId, cardNumber, amount }) {
      const timeout = newTimeout()
      const request = { key: orderId, orderId, cardNumber: cardNumber ?? '', amount }
      try {
        const answer = await cards.charge(request, timeout)
        return answer.outcome === 'charged' ? { outcome: 'charged' } : answer
      } catch {
        stopping.throwIfAborted()
        return { outcome: 'unanswered', isTimeout: timeout.aborted }
      }
    },
    async refund({ orderId }) {
      const refunded = await cards.refund({ key: orderId, orderId }).catch(() => null)
      return refunded === null ? undefined : (refunded?.amount ?? 0)
    },
  }
}
