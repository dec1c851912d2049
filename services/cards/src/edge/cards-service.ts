import { maskCard } from '@polyservice-lab/contracts/order-saga'
import {
  type Cards as CardsService,
  ChargeResponse_Outcome,
  Entry_Kind,
  RefundResponse_Outcome,
} from '@polyservice-lab/contracts/order-saga/cards'
import type { Handlers } from '@polyservice-lab/service-kit/grpc'
import type { Money } from '../domain/account.ts'
import type { Cards } from '../domain/cards.ts'
import type { Entry } from '../domain/ledger.ts'
import { readCharge, readOrderId, readRefund } from './requests.ts'

const kinds = { charge: Entry_Kind.CHARGE, refund: Entry_Kind.REFUND } as const

/** The rpcs of lab.cards.v1.Cards. */
export function cardsHandlers(cards: Cards): Handlers<typeof CardsService> {
  return {
    async charge(request, { signal }) {
      const answer = await cards.charge(readCharge(request), signal)
      return answer.outcome === 'charged'
        ? { outcome: ChargeResponse_Outcome.CHARGED, chargeId: answer.chargeId }
        : { outcome: ChargeResponse_Outcome.DECLINED, declineReason: answer.reason }
    },

    async refund(request) {
      const refunded = await cards.refund(readRefund(request))
      return refunded === undefined
        ? { outcome: RefundResponse_Outcome.NOTHING_CHARGED }
        : { outcome: RefundResponse_Outcome.REFUNDED, refunded: toMoney(refunded) }
    },

    async *listEntries({ orderId }) {
      for await (const entry of cards.entries(readOrderId(orderId))) yield toEntry(entry)
    },
  }
}

function toMoney({ amount, currency }: Money) {
  return { amount: BigInt(amount), currency }
}

function toEntry({ id, kind, key, orderId, chargeId, amount, cardNumber, time }: Entry) {
  return {
    ...{ entryId: BigInt(id), kind: kinds[kind], idempotencyKey: key, orderId, chargeId },
    ...{ amount: toMoney(amount), card: maskCard(cardNumber), time: time.toISOString() },
  }
}
