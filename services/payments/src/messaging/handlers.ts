import { randomUUID } from 'node:crypto'
import { type Decide, refund, take } from '@polyservice-lab/charging/domain'
import type { Handlers, SagaTables, SagaTransaction } from '@polyservice-lab/service-kit/broker'

/** Changes the payment of an order in the transaction of a message. */
export type ChangeIn<Schema extends SagaTables> = (
  transaction: SagaTransaction<Schema>,
  orderId: string,
  decide: Decide,
) => Promise<unknown>

/** What payments does with its messages. */
export function createHandlers<Schema extends SagaTables>(
  changeIn: ChangeIn<Schema>,
  now: () => Date,
): Handlers<Schema> {
  const moment = () => ({ now: now(), id: randomUUID() })
  return {
    async 'payment.take'({ subject: orderId, traceparent, data }, transaction) {
      const request = { orderId, traceparent, ...data }
      await changeIn(transaction, orderId, (current) => take(current, request, moment()))
    },
    async 'payment.refund'({ subject: orderId, traceparent, data }, transaction) {
      const request = { orderId, traceparent, ...data }
      await changeIn(transaction, orderId, (current) => refund(current, request, moment()))
    },
  }
}
