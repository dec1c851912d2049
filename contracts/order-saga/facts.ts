/** The two ways in which the services of the wing work together; one at a time for all of them. */
export const flows = ['orchestration', 'choreography'] as const
export type Flow = (typeof flows)[number]

export const sagaServices = [
  'orders',
  'customers',
  'payments',
  'cards',
  'notifications',
  'orchestrator',
] as const
export type SagaService = (typeof sagaServices)[number]

/** The numbers of the pretended card network; no other number exists. */
export const cardNumbers = [
  '4242424242424242',
  '4000000000000002',
  '4000000000009995',
  '4000000000003101',
  '4000000000003102',
  '4000000000003103',
  '4000000000003104',
  '4000000000003105',
  '4000000000003106',
  '4000000000003107',
  '4000000000003108',
  '4000000000003109',
  '4000000000004101',
  '4000000000004102',
] as const
export type CardNumber = (typeof cardNumbers)[number]

/** Why a customer gets no credit. */
export const creditReasons = ['unknown_customer', 'currency_mismatch', 'credit_limit', 'voided'] as const
/** Why a card is not charged. */
export const paymentReasons = [
  'card_declined',
  'insufficient_funds',
  'card_timeout',
  'card_unavailable',
  'voided',
] as const
/** Why an order is rejected. */
export const reasons = [
  'unknown_customer',
  'currency_mismatch',
  'credit_limit',
  'card_declined',
  'insufficient_funds',
  'card_timeout',
  'card_unavailable',
  'voided',
  'timeout',
  'cancelled',
] as const
export type CreditReason = (typeof creditReasons)[number]
export type PaymentReason = (typeof paymentReasons)[number]
export type Reason = (typeof reasons)[number]

export const amountMax = 100_000_000

export const patterns = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  customerId: /^[a-z0-9][a-z0-9-]{0,62}$/,
  currency: /^[A-Z]{3}$/,
  /** W3C Trace Context, version 00. */
  traceparent: /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a text must not have
  text: /^[^\u0000-\u001f\u007f]*$/,
} as const

/** What stands for the number of a card everywhere but where it must be sent: `************4242`. */
export function maskCard(cardNumber: string): string {
  return `************${cardNumber.slice(-4)}`
}

/** A text in which the number of every card that exists is masked. */
export function maskCards(text: string): string {
  return text.replace(/4[02]\d{10}(\d{4})/g, (number, last: string) =>
    (cardNumbers as readonly string[]).includes(number) ? `************${last}` : number,
  )
}
