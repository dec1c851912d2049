import type { MessageData, MessageType, SagaMessage } from '@polyservice-lab/contracts/order-saga'
import type { SagaTables, SagaTransaction } from '@polyservice-lab/service-kit/broker'
import type { Saga, Step } from '../domain/saga.ts'
import { type Command, steps } from '../domain/steps.ts'

/** What each command carries. */
const dataOf: { readonly [Type in Command & MessageType]: (saga: Saga) => MessageData<Type> } = {
  'credit.reserve': ({ customerId, total }) => ({ customerId, amount: total }),
  'credit.release': ({ customerId, total }) => ({ customerId, amount: total }),
  'payment.take': ({ customerId, total, cardNumber }) => ({
    customerId,
    amount: total,
    cardNumber: cardNumber as MessageData<'payment.take'>['cardNumber'],
  }),
  'payment.refund': ({ customerId, total }) => ({ customerId, amount: total }),
  'order.approve': () => ({}),
  'order.reject': ({ reason }) => ({ reason: reason as MessageData<'order.reject'>['reason'] }),
}

/** Sends the command of a step. */
export async function sendCommand<Schema extends SagaTables>(
  transaction: SagaTransaction<Schema>,
  saga: Saga,
  { name }: Step,
): Promise<SagaMessage> {
  const { command } = steps[name]
  const { id: subject, traceparent: parent } = saga
  return transaction.send({
    type: command,
    subject,
    parent,
    data: dataOf[command](saga),
  }) as Promise<SagaMessage>
}
