import { AppError } from '@polyservice-lab/service-kit/app-error'
import { testCards } from './test-cards.ts'

/** Minor units of a currency. */
export interface Money {
  readonly amount: number
  readonly currency: string
}

export type DeclineReason = 'card_declined' | 'insufficient_funds' | 'voided'

export interface ChargeRequest {
  readonly key: string
  readonly orderId: string
  readonly cardNumber: string
  readonly amount: Money
}

export interface RefundRequest {
  readonly key: string
  readonly orderId: string
}

/** What is known of an idempotency key. */
export interface Account {
  readonly key: string
  readonly orderId: string
  /** Null until somebody asks for a charge. */
  readonly cardNumber: string | null
  readonly amount: Money | null
  /** The first outcome of a charge, which stays. Null while there is none. */
  readonly outcome: 'charged' | 'declined' | null
  readonly chargeId: string | null
  readonly declineReason: DeclineReason | null
  /** Charges that were asked for. */
  readonly calls: number
  readonly isRefunded: boolean
}

/** A line of the ledger that is to be written. */
export interface NewEntry {
  readonly kind: 'charge' | 'refund'
  readonly key: string
  readonly orderId: string
  readonly chargeId: string
  readonly amount: Money
  readonly cardNumber: string
}

export type ChargeAnswer =
  | { readonly outcome: 'charged'; readonly chargeId: string }
  | { readonly outcome: 'declined'; readonly reason: DeclineReason }
  | { readonly outcome: 'unavailable' }

/** The account after a request, what is written to the ledger, and the answer. */
export interface Charged {
  readonly account: Account
  readonly entry?: NewEntry
  readonly answer: ChargeAnswer
  /** Whether the answer is to be held. */
  readonly isHeld: boolean
}

/**
 * Charges a card once for each key. @param chargeId of a charge that is new
 * @throws AppError failed_precondition, where the key was used for something else
 */
export function charge(current: Account | undefined, request: ChargeRequest, chargeId: string): Charged {
  const { key, orderId, cardNumber, amount } = request
  if (current !== undefined) assertSame(current, request)
  const behaviour = testCards.get(cardNumber)
  if (behaviour === undefined) throw new AppError('invalid_argument', 'the card does not exist')
  const known = { ...(current ?? emptyAccount(key, orderId)), cardNumber, amount }
  const account: Account = { ...known, calls: known.calls + 1 }
  const isHeld = behaviour.does === 'hold' || behaviour.does === 'charge_and_hold'
  const first = outcomeOf(account)
  if (first !== undefined) return { account, answer: first, isHeld }
  if (behaviour.does === 'hold' || (behaviour.does === 'fail' && account.calls <= behaviour.times))
    return { account, answer: { outcome: 'unavailable' }, isHeld }
  if (behaviour.does === 'decline') {
    const { reason } = behaviour
    const declined: Account = { ...account, outcome: 'declined', declineReason: reason }
    return { account: declined, answer: { outcome: 'declined', reason }, isHeld }
  }
  return {
    account: { ...account, outcome: 'charged', chargeId },
    entry: { kind: 'charge', key, orderId, chargeId, amount, cardNumber },
    answer: { outcome: 'charged', chargeId },
    isHeld,
  }
}

export interface Refunded {
  readonly account: Account
  readonly entry?: NewEntry
  /** What the key was charged; undefined where nothing was. */
  readonly refunded: Money | undefined
}

/**
 * Gives back what a key was charged, once. Where nothing was, the key is voided: no charge comes later.
 * @throws AppError failed_precondition, where the key is that of another order
 */
export function refund(current: Account | undefined, { key, orderId }: RefundRequest): Refunded {
  if (current !== undefined) assertSameOrder(current, orderId)
  const account = current ?? emptyAccount(key, orderId)
  const { outcome, chargeId, amount, cardNumber } = account
  if (outcome === 'charged' && chargeId !== null && amount !== null && cardNumber !== null) {
    if (account.isRefunded) return { account, refunded: amount }
    const entry = { kind: 'refund', key, orderId, chargeId, amount, cardNumber } as const
    return { account: { ...account, isRefunded: true }, entry, refunded: amount }
  }
  if (outcome === 'declined') return { account, refunded: undefined }
  return { account: { ...account, outcome: 'declined', declineReason: 'voided' }, refunded: undefined }
}

function emptyAccount(key: string, orderId: string): Account {
  const nothing = { cardNumber: null, amount: null, outcome: null, chargeId: null, declineReason: null }
  return { key, orderId, ...nothing, calls: 0, isRefunded: false }
}

function outcomeOf({ outcome, chargeId, declineReason }: Account): ChargeAnswer | undefined {
  if (outcome === 'charged' && chargeId !== null) return { outcome, chargeId }
  return outcome === 'declined' ? { outcome, reason: declineReason ?? 'voided' } : undefined
}

function assertSame(current: Account, { orderId, cardNumber, amount }: ChargeRequest): void {
  assertSameOrder(current, orderId)
  const isSame =
    (current.cardNumber === null || current.cardNumber === cardNumber) &&
    (current.amount === null ||
      (current.amount.amount === amount.amount && current.amount.currency === amount.currency))
  if (!isSame) throw otherContent()
}

function assertSameOrder(current: Account, orderId: string): void {
  if (current.orderId !== orderId) throw otherContent()
}

function otherContent(): AppError {
  return new AppError('failed_precondition', 'the idempotency key was used with other content')
}
