import { maskCard } from '@polyservice-lab/contracts/order-saga'
import type { SagaTables, SagaTransaction, Subscription } from '@polyservice-lab/service-kit/broker'
import type { OpenOrders } from '../domain/order-store.ts'

type Recorder<Schema extends SagaTables> = Extract<Subscription<Schema>, { readonly apply: unknown }>['apply']

/** Keeps every message of every order, without the number of its card. */
export function createRecorder<Schema extends SagaTables>(
  open: (transaction: SagaTransaction<Schema>) => OpenOrders,
): Recorder<Schema> {
  return ({ id, subject: orderId, type, source, time, traceparent, data }, transaction) => {
    const masked = 'cardNumber' in data ? { ...data, cardNumber: maskCard(data.cardNumber) } : data
    return open(transaction).record({ id, orderId, type, source, time, traceparent, data: masked })
  }
}
