import { AppError } from '@polyservice-lab/service-kit/app-error'

export const paymentStates = ['pending', 'charged', 'failed', 'refunding', 'refunded'] as const
export type PaymentState = (typeof paymentStates)[number]

export type DeclineReason = 'card_declined' | 'insufficient_funds' | 'voided'
export type FailureReason = DeclineReason | 'card_timeout' | 'card_unavailable'

/** Minor units of a currency. */
export interface Money {
  readonly amount: number
  readonly currency: string
}

export interface RefundRequest {
  readonly orderId: string
  readonly customerId: string
  readonly amount: Money
  /** W3C Trace Context: what is told of the payment belongs to the trace of its order. */
  readonly traceparent: string
}

export interface TakeRequest extends RefundRequest {
  readonly cardNumber: string
}

/** The one payment of an order. */
export interface Payment {
  readonly id: string
  readonly orderId: string
  readonly customerId: string
  readonly amount: Money
  /** Null where a refund came before anything was to be taken. */
  readonly cardNumber: string | null
  readonly state: PaymentState
  readonly reason: FailureReason | null
  /** Charges that were tried. */
  readonly tries: number
  /** Minor units that were charged and given back. */
  readonly refundedAmount: number
  /** Whether somebody waits to hear that nothing stays charged. */
  readonly isRefundAsked: boolean
  /** Whether it was ever told that the amount is taken. */
  readonly wasTaken: boolean
  /** When the card network is to be called, where it is. */
  readonly dueAt: Date | null
  readonly traceparent: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What the others hear of a payment. */
export type Told =
  | { readonly kind: 'taken'; readonly amount: Money }
  | { readonly kind: 'failed'; readonly reason: FailureReason }
  /** The amount is 0 where nothing had been charged. */
  | { readonly kind: 'refunded'; readonly amount: Money }

/** A payment as it is after something happened, and what is told of that. */
export interface Change {
  readonly payment: Payment
  readonly told: readonly Told[]
}

/** When and as what something happens: a time, and an id for a payment that is new. */
export interface Moment {
  readonly now: Date
  readonly id: string
}

/**
 * Takes a payment for an order; a request that is repeated is answered by the first outcome, where that is known.
 * @throws AppError already_exists with the reason payment_differs, where the order has another payment
 */
export function take(current: Payment | undefined, request: TakeRequest, moment: Moment): Change {
  if (current === undefined) return { payment: begin(request, moment, { state: 'pending' }), told: [] }
  const isSameCard = current.cardNumber === null || current.cardNumber === request.cardNumber
  assertSame(current, request, isSameCard)
  return { payment: current, told: outcomeOf(current) }
}

/** The first outcome of the request to take it. */
function outcomeOf({ state, wasTaken, reason, amount }: Payment): readonly Told[] {
  if (wasTaken) return [{ kind: 'taken', amount }]
  if (state === 'failed') return [{ kind: 'failed', reason: reason ?? 'voided' }]
  return state === 'refunded' ? [{ kind: 'failed', reason: 'voided' }] : []
}

/**
 * Gives back what an order was charged. An order that is not known is voided: what is to be taken later fails.
 * @throws AppError already_exists with the reason payment_differs, where the order has another payment
 */
export function refund(current: Payment | undefined, request: RefundRequest, moment: Moment): Change {
  if (current === undefined) {
    const voided = { cardNumber: null, state: 'failed', reason: 'voided', dueAt: null } as const
    const payment = begin(request, moment, voided)
    return { payment, told: [refunded(payment)] }
  }
  assertSame(current, request, true)
  const asked = { ...current, isRefundAsked: true, updatedAt: moment.now }
  switch (current.state) {
    case 'pending':
    case 'charged':
      return { payment: { ...asked, state: 'refunding', dueAt: moment.now }, told: [] }
    case 'refunding':
      return { payment: asked, told: [] }
    default:
      return { payment: current, told: [refunded(current)] }
  }
}

function refunded({ amount, refundedAmount }: Payment): Told {
  return { kind: 'refunded', amount: { ...amount, amount: refundedAmount } }
}

function begin(
  { orderId, customerId, amount, traceparent, ...card }: RefundRequest & { readonly cardNumber?: string },
  { now, id }: Moment,
  state: Partial<Payment>,
): Payment {
  return {
    ...{ id, orderId, customerId, amount, traceparent, cardNumber: card.cardNumber ?? null },
    ...{ state: 'pending', reason: null, tries: 0, refundedAmount: 0 },
    ...{ isRefundAsked: false, wasTaken: false, dueAt: now, createdAt: now, updatedAt: now },
    ...state,
  }
}

function assertSame(current: Payment, { customerId, amount }: RefundRequest, isSameCard: boolean): void {
  const isSame =
    isSameCard &&
    current.customerId === customerId &&
    current.amount.amount === amount.amount &&
    current.amount.currency === amount.currency
  if (!isSame)
    throw new AppError('already_exists', 'the order has a payment of other content', {
      reason: 'payment_differs',
    })
}

/** What a call of the card network came to: an answer, or none. */
export type ChargeResult =
  | { readonly outcome: 'charged' }
  | { readonly outcome: 'declined'; readonly reason: DeclineReason }
  | { readonly outcome: 'unanswered'; readonly isTimeout: boolean }

export interface ChargeLimits {
  readonly chargeTriesMax: number
  /** The pause after the first try, in ms; each later one is twice as long. */
  readonly chargeDelayMs: number
}

/** Takes in the result of a charge; undefined where the payment does not wait for one any more. */
export function chargeEnded(
  current: Payment,
  result: ChargeResult,
  limits: ChargeLimits,
  now: Date,
): Change | undefined {
  if (current.state !== 'pending') return undefined
  const tried = { ...current, tries: current.tries + 1, updatedAt: now, dueAt: null }
  switch (result.outcome) {
    case 'charged':
      return {
        payment: { ...tried, state: 'charged', wasTaken: true },
        told: [{ kind: 'taken', amount: current.amount }],
      }
    case 'declined':
      return {
        payment: { ...tried, state: 'failed', reason: result.reason },
        told: [{ kind: 'failed', reason: result.reason }],
      }
    case 'unanswered':
      return { payment: { ...tried, ...afterSilence(tried.tries, result.isTimeout, limits, now) }, told: [] }
  }
}

/** Another try, or an end: nobody knows whether the card was charged, and it must not stay so. */
function afterSilence(
  tries: number,
  isTimeout: boolean,
  { chargeTriesMax, chargeDelayMs }: ChargeLimits,
  now: Date,
): Partial<Payment> {
  if (tries >= chargeTriesMax)
    return { state: 'refunding', reason: isTimeout ? 'card_timeout' : 'card_unavailable', dueAt: now }
  return { dueAt: new Date(now.getTime() + chargeDelayMs * 2 ** (tries - 1)) }
}

/** Minor units that a refund gave back, 0 where nothing had been charged; undefined where it was not answered. */
export type RefundResult = number | undefined

/** How long after a refund that was not answered the next one is tried, in ms. */
const refundPauseMs = 1_000

/** Takes in the result of a refund; undefined where the payment does not wait for one any more. */
export function refundEnded(current: Payment, result: RefundResult, now: Date): Change | undefined {
  if (current.state !== 'refunding') return undefined
  const dated = { ...current, updatedAt: now }
  if (result === undefined)
    return { payment: { ...dated, dueAt: new Date(now.getTime() + refundPauseMs) }, told: [] }
  const ended = { ...dated, refundedAmount: result, dueAt: null }
  if (current.reason !== null) {
    const answer = current.isRefundAsked ? [refunded(ended)] : []
    return {
      payment: { ...ended, state: 'failed' },
      told: [{ kind: 'failed', reason: current.reason }, ...answer],
    }
  }
  const payment: Payment =
    result > 0 ? { ...ended, state: 'refunded' } : { ...ended, state: 'failed', reason: 'voided' }
  return { payment, told: [refunded(payment)] }
}
