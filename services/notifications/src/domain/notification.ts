/** What a customer is told of an order. */
export interface Notification {
  /** Grows in the order of commit, over all customers. */
  readonly id: number
  readonly customerId: string
  readonly orderId: string
  readonly kind: 'order_placed' | 'order_approved' | 'order_rejected'
  readonly reason: string | null
  readonly text: string
  readonly createdAt: Date
}

export type NewNotification = Omit<Notification, 'id'>

interface Money {
  readonly amount: number
  readonly currency: string
}

/** What happened to an order. */
export interface OrderEvent {
  readonly orderId: string
  readonly customerId: string
  readonly total: Money
  readonly kind: Notification['kind']
  readonly reason?: string
}

/** Why an order was rejected, for a person. */
const explanations: Readonly<Record<string, string>> = {
  unknown_customer: 'we do not know you',
  currency_mismatch: 'your credit is in another currency',
  credit_limit: 'it is beyond your credit limit',
  card_declined: 'your card was declined',
  insufficient_funds: 'there is not enough on your card',
  card_timeout: 'the card network did not answer in time',
  card_unavailable: 'the card network is not available',
  voided: 'it was called off before it was paid',
  timeout: 'a part of the shop did not answer in time',
  cancelled: 'you cancelled it',
}

/** Says what happened to an order, to its customer. */
export function notificationOf(event: OrderEvent, createdAt: Date): NewNotification {
  const { orderId, customerId, total, kind, reason = null } = event
  const order = `Your order over ${priceOf(total)}`
  const texts = {
    order_placed: `${order} was placed.`,
    order_approved: `${order} is approved and paid.`,
    order_rejected: `${order} was rejected: ${explanations[reason ?? ''] ?? reason}.`,
  }
  return { customerId, orderId, kind, reason, text: texts[kind], createdAt }
}

function priceOf({ amount, currency }: Money): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'code' })
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}
