import type { NewNotification, Notification } from './notification.ts'

/** What is kept of notifications. */
export interface NotificationStore {
  /** Those of a customer whose id is greater, in the order of ids. @param count so many at most */
  after(customerId: string, id: number, count: number): Promise<readonly Notification[]>
  /** The id of the newest notification of all customers; 0 before the first. */
  newest(): Promise<number>
}

/** The notifications as one transaction sees them. */
export interface OpenNotifications {
  add(notification: NewNotification): Promise<void>
}
