import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { answers, type Order, type OrderHistory } from '@polyservice-lab/contracts/order-saga/answers'
import { services } from '@polyservice-lab/contracts/services'
import { abortError, type CallOptions, type ClientOptions, callSignal } from '../core/call-options.ts'
import { createSagaApi, type SagaPage, type SagaPageOptions } from './saga-api.ts'

const pollMs = 50
const endTimeoutMs = 60_000

export interface NewOrder {
  readonly customerId: string
  /** Minor units of a currency. */
  readonly total: { readonly amount: number; readonly currency: string }
  readonly cardNumber: string
  readonly items?: readonly { readonly productId: string; readonly quantity: number }[] | undefined
  readonly note?: string | undefined
}

/** The orders of the order saga. Calls reject with a LabError whose `reason` is the code of the problem. */
export interface OrdersClient {
  /**
   * Places an order.
   * @param call `idempotencyKey` is 1 to 64 visible ASCII characters; the same key places the same order once. Default: a new
   * one for each call, so that retries of the client place it once. `traceparent` is of the trace that the order belongs to.
   */
  placeOrder(
    order: NewOrder,
    call?: CallOptions & {
      readonly idempotencyKey?: string | undefined
      readonly traceparent?: string | undefined
    },
  ): Promise<Order>
  getOrder(id: string, call?: CallOptions): Promise<Order>
  listOrders(
    options?: SagaPageOptions & {
      readonly customerId?: string | undefined
      readonly state?: Order['state'] | undefined
    },
  ): Promise<SagaPage<Order>>
  /** Cancels a pending order. */
  cancelOrder(id: string, call?: CallOptions): Promise<Order>
  /** Every message of the order, by time. */
  getHistory(id: string, call?: CallOptions): Promise<OrderHistory>
  /** Resolves when the order is approved or rejected. @param call its `timeoutMs` is 60,000 by default */
  waitForOrder(id: string, call?: CallOptions): Promise<Order>
}

/**
 * Default: 127.0.0.1:8010.
 * @example
 * const orders = createOrdersClient()
 * const total = { amount: 1999, currency: 'EUR' }
 * const { id } = await orders.placeOrder({ customerId: 'ada', total, cardNumber: '4242424242424242' })
 * console.log((await orders.waitForOrder(id)).state)
 */
export function createOrdersClient(options: ClientOptions = {}): OrdersClient {
  const api = createSagaApi({ ...options, port: options.port ?? services.orders.port })
  const { order, history } = answers
  const pathOf = (id: string) => `/orders/${encodeURIComponent(id)}` as const

  return {
    placeOrder(json, { idempotencyKey = randomUUID(), traceparent, ...call } = {}) {
      const headers = { 'Idempotency-Key': idempotencyKey, ...(traceparent && { traceparent }) }
      return api.send(order, 'POST /orders', { json, headers }, call)
    },
    getOrder: (id, call) => api.send(order, `GET ${pathOf(id)}`, {}, call),
    listOrders: ({ customerId, state, ...options } = {}) =>
      api.list(order, 'orders', { customerId, state }, options),
    cancelOrder: (id, call) => api.send(order, `POST ${pathOf(id)}/cancel`, {}, call),
    getHistory: (id, call) => api.send(history, `GET ${pathOf(id)}/history`, {}, call),
    async waitForOrder(id, { timeoutMs = endTimeoutMs, signal: given } = {}) {
      const signal = callSignal({ timeoutMs, signal: given })
      for (;;) {
        const found = await api.send(order, `GET ${pathOf(id)}`, {}, { signal })
        if (found.state !== 'pending') return found
        await setTimeout(pollMs, undefined, { signal }).catch(() => {
          throw abortError(signal)
        })
      }
    },
  }
}
