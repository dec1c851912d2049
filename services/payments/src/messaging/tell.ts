import type { Payment, Told } from '@polyservice-lab/charging/domain'
import type { SagaTables, SagaTransaction } from '@polyservice-lab/service-kit/broker'

/** Sends what the others are told of a payment. */
export async function tell<Schema extends SagaTables>(
  transaction: SagaTransaction<Schema>,
  { id, orderId, traceparent }: Payment,
  all: readonly Told[],
): Promise<void> {
  const about = { subject: orderId, parent: traceparent }
  for (const told of all)
    switch (told.kind) {
      case 'taken': {
        const data = { paymentId: id, amount: told.amount }
        await transaction.send({ ...about, type: 'payment.taken', data })
        break
      }
      case 'failed':
        await transaction.send({ ...about, type: 'payment.failed', data: { reason: told.reason } })
        break
      case 'refunded':
        await transaction.send({ ...about, type: 'payment.refunded', data: { amount: told.amount } })
    }
}
