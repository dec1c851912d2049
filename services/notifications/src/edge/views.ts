import type { Notification } from '../domain/notification.ts'

/** A notification as answers and streams show it. */
export function viewOf(notification: Notification) {
  const { id, customerId, orderId, kind, reason, text, createdAt } = notification
  return { id, customerId, orderId, kind, reason, text, createdAt }
}
