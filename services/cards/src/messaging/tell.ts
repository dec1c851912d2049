import type { Payment, Told } from '@polyservice-lab/charging/domain'
import type { SagaTables, SagaTransaction } from '@polyservice-lab/service-kit/broker'

/** Sends what orders are told of a payment; where nothing was charged, nobody hears that it was given back. */
export async function tell<Schema extends SagaTables>(
  transaction: SagaTransaction<Schema>,
  { orderId: subject, traceparent: parent }: Payment,
  all: readonly Told[],
): Promise<void> {
  for (const told of all)
    switch (told.kind) {
      case 'taken':
        await transaction.send({ type: 'card.charged', subject, parent, data: { amount: told.amount } })
        break
      case 'failed':
        await transaction.send({ type: 'card.declined', subject, parent, data: { reason: told.reason } })
        break
      case 'refunded':
        if (told.amount.amount > 0)
          await transaction.send({ type: 'card.refunded', subject, parent, data: { amount: told.amount } })
    }
}
