import { randomUUID } from 'node:crypto'
import { type Decide, refund, take } from '@polyservice-lab/charging/domain'
import type { Handlers, SagaTables, SagaTransaction } from '@polyservice-lab/service-kit/broker'

/** Changes the payment of an order in the transaction of a message. */
export type ChangeIn<Schema extends SagaTables> = (
  transaction: SagaTransaction<Schema>,
  orderId: string,
  decide: Decide,
) => Promise<unknown>

/** What cards does with its messages: an order that is placed is to be charged, one that is rejected gets it back. */
export function createHandlers<Schema extends SagaTables>(
  changeIn: ChangeIn<Schema>,
  now: () => Date,
): Handlers<Schema> {
  const moment = () => ({ now: now(), id: randomUUID() })
  return {
    async 'order.placed'({ subject: orderId, traceparent, data }, transaction) {
      const { customerId, total: amount, cardNumber } = data
      const request = { orderId, traceparent, customerId, amount, cardNumber }
      await changeIn(transaction, orderId, (current) => take(current, request, moment()))
    },
    async 'order.rejected'({ subject: orderId, traceparent, data }, transaction) {
      const { customerId, total: amount } = data
      const request = { orderId, traceparent, customerId, amount }
      await changeIn(transaction, orderId, (current) => refund(current, request, moment()))
    },
  }
}
