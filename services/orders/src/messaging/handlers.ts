import type { Handlers, SagaTables, SagaTransaction } from '@polyservice-lab/service-kit/broker'
import type { End } from '../domain/order.ts'
import type { OpenOrders } from '../domain/order-store.ts'
import type { Orders } from '../domain/orders.ts'

interface Ending {
  readonly subject: string
  readonly traceparent: string
}

/** What orders do with each message: the first that ends a pending order wins. */
export function createHandlers<Schema extends SagaTables>(
  orders: Orders,
  open: (transaction: SagaTransaction<Schema>) => OpenOrders,
): Handlers<Schema> {
  function end({ subject, traceparent }: Ending, how: End, transaction: SagaTransaction<Schema>) {
    return orders.end(open(transaction), subject, how, traceparent)
  }
  return {
    'order.approve': (message, transaction) => end(message, { state: 'approved' }, transaction),
    'order.reject': (message, transaction) =>
      end(message, { state: 'rejected', reason: message.data.reason }, transaction),
    'card.charged': (message, transaction) => end(message, { state: 'approved' }, transaction),
    'card.declined': (message, transaction) =>
      end(message, { state: 'rejected', reason: message.data.reason }, transaction),
  }
}
