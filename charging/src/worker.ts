import type { Logger } from '@polyservice-lab/service-kit'
import type { CardNetwork } from './domain/card-network.ts'
import { type ChargeLimits, chargeEnded, type Payment, refundEnded } from './domain/payment.ts'
import type { PaymentStore } from './domain/payment-store.ts'

/** Calls of the card network that are made at a time: one that is held keeps few others waiting. */
const callsMax = 200
/** How often payments are looked for that nobody has told of: those of a process that died. */
const pollMs = 1_000

export interface WorkerOptions {
  readonly store: PaymentStore
  readonly network: CardNetwork
  readonly limits: ChargeLimits
  readonly now: () => Date
  readonly logger: Logger
}

/** Works off the payments that wait for the card network. Disposing it lets the calls end that are made. */
export interface Worker extends AsyncDisposable {
  /** Says that a payment may wait. */
  wake(): void
}

export function createWorker(options: WorkerOptions): Worker {
  const { store, now, logger } = options
  const calls = new Map<string, Promise<void>>()
  const timers = new Set<NodeJS.Timeout>()
  let isStopped = false
  let looking: Promise<void> | undefined
  let isAgain = false

  async function look(): Promise<void> {
    do {
      isAgain = false
      const due = await store.due(now(), callsMax + calls.size)
      for (const payment of due) begin(payment)
    } while (isAgain && !isStopped)
  }

  /** A charge and the refund of the same payment may be under way together: the network keeps them apart. */
  function begin(payment: Payment): void {
    const key = `${payment.id} ${payment.state}`
    if (isStopped || calls.size >= callsMax || calls.has(key)) return
    const call = work(payment, options)
      .then((changed) => wakeAt(changed?.dueAt ?? undefined))
      .catch((error: unknown) => logger.warn({ err: error, orderId: payment.orderId }, 'a payment waits'))
      .finally(() => {
        const wasFull = calls.size >= callsMax
        calls.delete(key)
        if (wasFull) wake()
      })
    calls.set(key, call)
  }

  function wakeAt(time: Date | undefined): void {
    if (time === undefined || isStopped) return
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        wake()
      },
      Math.max(0, time.getTime() - now().getTime()),
    )
    timers.add(timer)
  }

  function wake(): void {
    isAgain = true
    if (isStopped) return
    looking ??= look()
      .catch((error: unknown) => logger.debug({ err: error }, 'payments are not to be had'))
      .finally(() => {
        looking = undefined
      })
  }

  const poll = setInterval(wake, pollMs)
  wake()
  return {
    wake,
    async [Symbol.asyncDispose]() {
      isStopped = true
      clearInterval(poll)
      for (const timer of timers) clearTimeout(timer)
      await looking
      await Promise.all(calls.values())
    },
  }
}

/** Calls the network for a payment, and keeps what came of it. */
async function work(payment: Payment, options: WorkerOptions): Promise<Payment | undefined> {
  const { store, network, limits, now } = options
  if (payment.state === 'pending') {
    const result = await network.charge(payment)
    return store.change(payment.orderId, (current) => current && chargeEnded(current, result, limits, now()))
  }
  const result = await network.refund(payment)
  return store.change(payment.orderId, (current) => current && refundEnded(current, result, now()))
}
