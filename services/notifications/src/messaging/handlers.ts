import type { MessageOf } from '@polyservice-lab/contracts/order-saga'
import type { Handlers, SagaTables, SagaTransaction } from '@polyservice-lab/service-kit/broker'
import { notificationOf, type OrderEvent } from '../domain/notification.ts'
import type { OpenNotifications } from '../domain/notification-store.ts'

export interface HandlersOptions<Schema extends SagaTables> {
  readonly open: (transaction: SagaTransaction<Schema>) => OpenNotifications
  /** Told of a customer who has a new notification. */
  readonly changed: (customerId: string) => void
  readonly now: () => Date
}

/** What notifications do with each event of an order: one for each. */
export function createHandlers<Schema extends SagaTables>({
  open,
  changed,
  now,
}: HandlersOptions<Schema>): Handlers<Schema> {
  function tell(kind: OrderEvent['kind']) {
    return async (
      {
        subject: orderId,
        data,
      }: MessageOf<'order.placed'> | MessageOf<'order.approved'> | MessageOf<'order.rejected'>,
      transaction: SagaTransaction<Schema>,
    ): Promise<void> => {
      const { customerId, total } = data
      const reason = 'reason' in data ? { reason: data.reason } : {}
      await open(transaction).add(notificationOf({ orderId, customerId, total, kind, ...reason }, now()))
      transaction.afterCommit(() => changed(customerId))
    }
  }
  return {
    'order.placed': tell('order_placed'),
    'order.approved': tell('order_approved'),
    'order.rejected': tell('order_rejected'),
  }
}
