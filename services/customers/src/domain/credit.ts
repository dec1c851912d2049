import type { Customer, Ledger, Money, RefusalReason, Reservation } from './customers.ts'

/** What is asked for, or given back, for an order. */
export interface CreditRequest {
  readonly orderId: string
  readonly customerId: string
  readonly amount: Money
}

/**
 * Reserves credit for an order once: asked again, the first decision is the answer.
 * @returns why it is refused, or undefined
 * @throws Error where the order was asked for before with another customer or amount
 */
export async function reserve(ledger: Ledger, request: CreditRequest): Promise<RefusalReason | undefined> {
  for (;;) {
    const known = await find(ledger, request)
    if (known !== undefined) return known.reason ?? undefined
    const reason = refusalOf(await ledger.lockCustomer(request.customerId), request.amount)
    const state = reason === undefined ? 'reserved' : 'refused'
    if (await ledger.add({ ...request, state, reason: reason ?? null })) return reason
  }
}

/** The order of the checks is that of the contract; what is reserved may be as much as the limit. */
function refusalOf(
  customer: Pick<Customer, 'creditLimit' | 'reserved'> | undefined,
  { amount, currency }: Money,
): RefusalReason | undefined {
  if (customer === undefined) return 'unknown_customer'
  const { creditLimit, reserved } = customer
  if (creditLimit.currency !== currency) return 'currency_mismatch'
  return reserved + amount > creditLimit.amount ? 'credit_limit' : undefined
}

/**
 * Gives back what is reserved for an order. Where nothing was asked for yet, a later request is refused.
 * @returns how much was given back, be it now or before
 * @throws Error where the order was asked for with another customer or amount
 */
export async function release(ledger: Ledger, request: CreditRequest): Promise<number> {
  for (;;) {
    const known = await find(ledger, request)
    if (known === undefined) {
      if (await ledger.add({ ...request, state: 'refused', reason: 'voided' })) return 0
      continue
    }
    if (known.state === 'refused') return 0
    if (known.state === 'reserved') await ledger.release(known)
    return known.amount.amount
  }
}

async function find(ledger: Ledger, request: CreditRequest): Promise<Reservation | undefined> {
  const known = await ledger.find(request.orderId)
  if (known === undefined) return undefined
  const isSame =
    known.customerId === request.customerId &&
    known.amount.amount === request.amount.amount &&
    known.amount.currency === request.amount.currency
  if (!isSame) throw new Error('the order has a reservation of another customer or amount')
  return known
}
