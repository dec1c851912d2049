/** What a charge of a test card comes to. */
export type CardBehaviour =
  | { readonly does: 'charge' }
  | { readonly does: 'decline'; readonly reason: 'card_declined' | 'insufficient_funds' }
  /** UNAVAILABLE for the first calls of a key, then charged. */
  | { readonly does: 'fail'; readonly times: number }
  /** Nothing is charged, and the answer is held, then UNAVAILABLE. */
  | { readonly does: 'hold' }
  /** Charged at once, and every answer is held. */
  | { readonly does: 'charge_and_hold' }

const failing = Array.from({ length: 9 }, (_, i): [string, CardBehaviour] => [
  `400000000000310${i + 1}`,
  { does: 'fail', times: i + 1 },
])

/** Every card of the lab: no other number exists. */
export const cards: ReadonlyMap<string, CardBehaviour> = new Map<string, CardBehaviour>([
  ['4242424242424242', { does: 'charge' }],
  ['4000000000000002', { does: 'decline', reason: 'card_declined' }],
  ['4000000000009995', { does: 'decline', reason: 'insufficient_funds' }],
  ...failing,
  ['4000000000004101', { does: 'hold' }],
  ['4000000000004102', { does: 'charge_and_hold' }],
])

/** A card number as everybody may see it: `************4242`. */
export function maskCard(cardNumber: string): string {
  return `${'*'.repeat(12)}${cardNumber.slice(-4)}`
}

/** The largest amount of one purchase, in minor units; the smallest is 1. */
export const amountMax = 100_000_000
export const currencyPattern = /^[A-Z]{3}$/
/** The id of an order, as of every other thing: a UUID in lower case (RFC 9562, 4). */
export const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
export const customerIdPattern = /^[a-z0-9][a-z0-9-]{0,62}$/
