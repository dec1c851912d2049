export type { CardNetwork } from './card-network.ts'
export {
  type ChargeResult,
  type DeclineReason,
  type Money,
  type Payment,
  type PaymentState,
  paymentStates,
  type RefundRequest,
  type RefundResult,
  refund,
  type TakeRequest,
  type Told,
  take,
} from './payment.ts'
export type { Decide, ListedPayment, PaymentFilter, PaymentStore } from './payment-store.ts'
