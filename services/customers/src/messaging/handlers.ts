import type { Handlers, SagaTables, SagaTransaction } from '@polyservice-lab/service-kit/broker'
import { release, reserve } from '../domain/credit.ts'
import type { Ledger } from '../domain/customers.ts'

/** What customers do with each message. */
export function createHandlers<Schema extends SagaTables>(
  ledgerOf: (transaction: SagaTransaction<Schema>) => Ledger,
): Handlers<Schema> {
  return {
    async 'credit.reserve'({ subject, traceparent: parent, data }, transaction) {
      const { customerId, amount } = data
      const reason = await reserve(ledgerOf(transaction), { orderId: subject, customerId, amount })
      const answer = { subject, parent }
      if (reason === undefined)
        await transaction.send({ ...answer, type: 'credit.reserved', data: { customerId, amount } })
      else await transaction.send({ ...answer, type: 'credit.refused', data: { customerId, reason } })
    },

    async 'credit.release'({ subject, traceparent: parent, data }, transaction) {
      const { customerId, amount: asked } = data
      const amount = await release(ledgerOf(transaction), { orderId: subject, customerId, amount: asked })
      const given = { amount, currency: asked.currency }
      await transaction.send({
        type: 'credit.released',
        subject,
        parent,
        data: { customerId, amount: given },
      })
    },
  }
}
