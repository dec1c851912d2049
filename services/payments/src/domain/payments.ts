import type {
  ListedPayment,
  Payment,
  PaymentFilter,
  PaymentStore,
  TakeRequest,
} from '@polyservice-lab/charging/domain'
import { take } from '@polyservice-lab/charging/domain'

type Request = Omit<TakeRequest, 'traceparent'>

/** The payments of the lab, as HTTP asks for them. */
export interface Payments {
  /**
   * Takes a payment; the same request again gets it as it is by then.
   * @param parent traceparent of the request, where there is one
   * @throws AppError already_exists, where the order has another payment; unavailable, where too much waits to be sent
   */
  take(request: Request, parent: string | undefined): Promise<Payment>
  /** Waits until a payment is settled, or the signal is aborted. @returns the payment as it is then */
  settled(payment: Payment, signal: AbortSignal): Promise<Payment>
  find(id: string): Promise<Payment | undefined>
  list(filter: PaymentFilter, after: number, limit: number): Promise<readonly ListedPayment[]>
}

export interface PaymentsOptions {
  readonly store: PaymentStore
  /** @throws AppError unavailable, where too much waits to be sent */
  readonly checkRoom: () => void
  readonly now: () => Date
  readonly newId: () => string
  readonly newTraceparent: (parent: string | undefined) => string
}

/** Whether nothing more happens to a payment, unless it is asked to be given back. */
export function isSettled({ state }: Payment): boolean {
  return state === 'charged' || state === 'failed' || state === 'refunded'
}

/** @returns the payments, and a function that is to be told of each that has changed */
export function createPayments(options: PaymentsOptions): Payments & { changed(payment: Payment): void } {
  const { store, checkRoom, now, newId, newTraceparent } = options
  const waiting = new Map<string, Set<(payment: Payment) => void>>()

  return {
    async take(request, parent) {
      checkRoom()
      const asked = { ...request, traceparent: newTraceparent(parent) }
      const moment = { now: now(), id: newId() }
      const payment = await store.change(asked.orderId, (current) => ({
        ...take(current, asked, moment),
        // The answer tells of what was there before.
        told: [],
      }))
      if (payment === undefined) throw new Error('a payment that is taken is there')
      return payment
    },

    async settled(payment, signal) {
      const { promise, resolve } = Promise.withResolvers<Payment>()
      let latest = payment
      const listener = (changed: Payment) => {
        latest = changed
        if (isSettled(changed)) resolve(changed)
      }
      const listeners = waiting.get(payment.id) ?? new Set()
      waiting.set(payment.id, listeners.add(listener))
      const stop = () => resolve(latest)
      signal.addEventListener('abort', stop)
      try {
        if (signal.aborted) return latest
        // It may have changed before there was a listener.
        listener((await store.find(payment.id)) ?? payment)
        return await promise
      } finally {
        signal.removeEventListener('abort', stop)
        listeners.delete(listener)
        if (listeners.size === 0) waiting.delete(payment.id)
      }
    },

    changed(payment) {
      for (const listener of waiting.get(payment.id) ?? []) listener(payment)
    },

    find: (id) => store.find(id),
    list: (filter, after, limit) => store.list(filter, after, limit),
  }
}
