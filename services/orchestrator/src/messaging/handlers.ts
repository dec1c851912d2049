import type { SagaMessage } from '@polyservice-lab/contracts/order-saga'
import type { Handlers, SagaTables, SagaTransaction } from '@polyservice-lab/service-kit/broker'
import { answer, begin, type Saga } from '../domain/saga.ts'

interface Sagas<Schema extends SagaTables> {
  beginIn(transaction: SagaTransaction<Schema>, saga: Saga): Promise<void>
  changeIn(
    transaction: SagaTransaction<Schema>,
    id: string,
    decide: (current: Saga) => Saga | undefined,
  ): Promise<void>
}

/** What the orchestrator does with its messages: order.placed begins a saga, all others may answer a command. */
export function createHandlers<Schema extends SagaTables>(
  sagas: Sagas<Schema>,
  now: () => Date,
): Handlers<Schema> {
  const take = ({ type, subject, data }: SagaMessage, transaction: SagaTransaction<Schema>) => {
    const reason = 'reason' in data ? data.reason : null
    return sagas.changeIn(transaction, subject, (current) => answer(current, { type, reason }, now()))
  }
  return {
    async 'order.placed'({ subject: id, traceparent, data }, transaction) {
      const { customerId, total, cardNumber } = data
      await sagas.beginIn(transaction, begin({ id, customerId, total, cardNumber, traceparent }, now()))
    },
    'order.approved': take,
    'order.rejected': take,
    'credit.reserved': take,
    'credit.refused': take,
    'credit.released': take,
    'payment.taken': take,
    'payment.failed': take,
    'payment.refunded': take,
  }
}
