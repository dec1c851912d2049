import { answers, type Payment } from '@polyservice-lab/contracts/order-saga/answers'
import { services } from '@polyservice-lab/contracts/services'
import type { CallOptions, ClientOptions } from '../core/call-options.ts'
import { createSagaApi, type SagaPage, type SagaPageOptions } from './saga-api.ts'

export interface NewPayment {
  readonly orderId: string
  readonly customerId: string
  /** Minor units of a currency. */
  readonly amount: { readonly amount: number; readonly currency: string }
  readonly cardNumber: string
}

/** The payments of the order saga. Calls reject with a LabError whose `reason` is the code of the problem. */
export interface PaymentsClient {
  /**
   * Takes a payment, once for each order.
   * @param call with `waitSeconds`, 1 to 30, the answer waits until the payment is charged, failed or refunded
   */
  createPayment(
    payment: NewPayment,
    call?: CallOptions & { readonly waitSeconds?: number | undefined },
  ): Promise<Payment>
  getPayment(id: string, call?: CallOptions): Promise<Payment>
  listPayments(
    options?: SagaPageOptions & { readonly orderId?: string | undefined },
  ): Promise<SagaPage<Payment>>
}

/** Default: 127.0.0.1:8012. */
export function createPaymentsClient(options: ClientOptions = {}): PaymentsClient {
  const api = createSagaApi({ ...options, port: options.port ?? services.payments.port })
  const { payment } = answers
  return {
    createPayment(json, { waitSeconds, ...call } = {}) {
      const headers = waitSeconds === undefined ? {} : { Prefer: `wait=${waitSeconds}` }
      return api.send(payment, 'POST /payments', { json, headers }, call)
    },
    getPayment: (id, call) => api.send(payment, `GET /payments/${encodeURIComponent(id)}`, {}, call),
    listPayments: ({ orderId, ...options } = {}) => api.list(payment, 'payments', { orderId }, options),
  }
}
