import type { Payment } from '@polyservice-lab/charging/domain'
import { maskCard } from '@polyservice-lab/contracts/order-saga'

/** What HTTP shows of a payment. */
export function viewOf(payment: Payment) {
  const { id, orderId, customerId, amount, cardNumber, state, reason, tries, createdAt, updatedAt } = payment
  const card = cardNumber === null ? null : maskCard(cardNumber)
  return {
    ...{ id, orderId, customerId, amount, card, state, reason, tries },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}
