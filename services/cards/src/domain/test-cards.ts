/** What a charge of a test card comes to. */
export type CardBehaviour =
  | { readonly does: 'charge' }
  | { readonly does: 'decline'; readonly reason: 'card_declined' | 'insufficient_funds' }
  /** Not available for the first calls of a key, then charged. */
  | { readonly does: 'fail'; readonly times: number }
  /** Held, then not available; nothing is charged. */
  | { readonly does: 'hold' }
  /** Charged at once; every answer is held. */
  | { readonly does: 'charge_and_hold' }

const failing = Array.from({ length: 9 }, (_, i): [string, CardBehaviour] => [
  `400000000000310${i + 1}`,
  { does: 'fail', times: i + 1 },
])

/** Every card of the lab by its number: no other one exists. */
export const testCards: ReadonlyMap<string, CardBehaviour> = new Map<string, CardBehaviour>([
  ['4242424242424242', { does: 'charge' }],
  ['4000000000000002', { does: 'decline', reason: 'card_declined' }],
  ['4000000000009995', { does: 'decline', reason: 'insufficient_funds' }],
  ...failing,
  ['4000000000004101', { does: 'hold' }],
  ['4000000000004102', { does: 'charge_and_hold' }],
])
