import { amountMax, patterns } from '@polyservice-lab/contracts/order-saga'
import type {
  ChargeRequest as WireCharge,
  RefundRequest as WireRefund,
} from '@polyservice-lab/contracts/order-saga/cards'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { ChargeRequest, RefundRequest } from '../domain/account.ts'
import { testCards } from '../domain/test-cards.ts'

const uuidText = 'must be a UUID in lower case'

type Violation = { readonly field: string; readonly description: string } | false

/** @throws AppError invalid_argument with a violation for each wrong field; none repeats a card number */
export function readCharge({ idempotencyKey, orderId, cardNumber, amount }: WireCharge): ChargeRequest {
  const units = Number(amount?.amount ?? 0n)
  const currency = amount?.currency ?? ''
  assertValid([
    uuidViolation('idempotencyKey', idempotencyKey),
    uuidViolation('orderId', orderId),
    !testCards.has(cardNumber) && { field: 'cardNumber', description: 'must be the number of a test card' },
    ...(amount === undefined
      ? [{ field: 'amount', description: 'is missing' }]
      : [
          !(units >= 1 && units <= amountMax) && {
            field: 'amount.amount',
            description: `must be an integer from 1 to ${amountMax}`,
          },
          !patterns.currency.test(currency) && {
            field: 'amount.currency',
            description: 'must be three capital letters',
          },
        ]),
  ])
  return { key: idempotencyKey, orderId, cardNumber, amount: { amount: units, currency } }
}

/** @throws AppError invalid_argument */
export function readRefund({ idempotencyKey, orderId }: WireRefund): RefundRequest {
  assertValid([uuidViolation('idempotencyKey', idempotencyKey), uuidViolation('orderId', orderId)])
  return { key: idempotencyKey, orderId }
}

/** The order whose lines are asked for; undefined for those of all. @throws AppError invalid_argument */
export function readOrderId(orderId: string): string | undefined {
  if (orderId === '') return undefined
  assertValid([uuidViolation('orderId', orderId)])
  return orderId
}

function uuidViolation(field: string, value: string): Violation {
  return !patterns.uuid.test(value) && { field, description: uuidText }
}

function assertValid(all: readonly Violation[]): void {
  const violations = all.filter((violation) => violation !== false)
  if (violations.length > 0)
    throw new AppError('invalid_argument', 'the request is not valid', { violations })
}
