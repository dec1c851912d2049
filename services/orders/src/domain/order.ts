/** An amount in minor units of a currency. */
interface Money {
  readonly amount: number
  readonly currency: string
}

interface Item {
  readonly productId: string
  readonly quantity: number
}

export const orderStates = ['pending', 'approved', 'rejected'] as const

/** Why an order is rejected. */
export type Reason =
  | 'unknown_customer'
  | 'currency_mismatch'
  | 'credit_limit'
  | 'card_declined'
  | 'insufficient_funds'
  | 'card_timeout'
  | 'card_unavailable'
  | 'voided'
  | 'timeout'
  | 'cancelled'

/** Version 1 is pending, version 2 is its end; there is no third. */
export interface Order {
  readonly id: string
  readonly customerId: string
  readonly total: Money
  /** Undefined where nothing was said of what is ordered. */
  readonly items: readonly Item[] | undefined
  /** Masked. */
  readonly card: string
  readonly note: string | null
  readonly state: (typeof orderStates)[number]
  readonly reason: Reason | null
  readonly version: 1 | 2
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** The one way in which a pending order ends. */
export type End = { readonly state: 'approved' } | { readonly state: 'rejected'; readonly reason: Reason }

/** What is ordered, as the customer says it. */
export interface NewOrder {
  readonly customerId: string
  readonly total: Money
  readonly items?: readonly Item[] | undefined
  readonly cardNumber: string
  readonly note?: string | undefined
}

/** What a request says of itself: asked again with the same key and the same content, it is the same. */
export interface Request {
  readonly key: string
  /** Equal for equal contents. */
  readonly fingerprint: string
  /** Its trace, as all messages of the order carry it. */
  readonly trace: string
}
