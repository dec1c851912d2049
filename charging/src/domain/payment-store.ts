import type { Change, Payment, PaymentState } from './payment.ts'

/** A payment, and its place among all in the order in which they began. */
export interface ListedPayment extends Payment {
  readonly position: number
}

export interface PaymentFilter {
  readonly orderId?: string | undefined
}

/** Gives the change of the payment of an order, or undefined for none. */
export type Decide = (current: Payment | undefined) => Change | undefined

export interface PaymentStore {
  /**
   * Changes the payment of an order, and tells what there is to tell, in one transaction; alone, while it lasts.
   * @returns the payment as it is then
   */
  change(orderId: string, decide: Decide): Promise<Payment | undefined>
  /** Those that wait for a call of the card network, the longest first. */
  due(now: Date, limit: number): Promise<readonly Payment[]>
  find(id: string): Promise<Payment | undefined>
  list(filter: PaymentFilter, after: number, limit: number): Promise<readonly ListedPayment[]>
  countByState(): Promise<ReadonlyMap<PaymentState, number>>
}
