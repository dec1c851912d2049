import type { ChargeResult, Payment, RefundResult } from './payment.ts'

/** The payment's id for the network is its order: whatever is repeated happens once. Neither call rejects. */
export interface CardNetwork {
  charge(payment: Payment): Promise<ChargeResult>
  refund(payment: Payment): Promise<RefundResult>
}
