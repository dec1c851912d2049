import { expect, test } from 'vitest'
import {
  type Change,
  type ChargeResult,
  chargeEnded,
  type Payment,
  refund,
  refundEnded,
  take,
} from './payment.ts'

const limits = { chargeTriesMax: 4, chargeDelayMs: 200 }
const now = new Date('2026-01-01T00:00:00.000Z')
const request = {
  orderId: 'an order',
  customerId: 'ada',
  amount: { amount: 1000, currency: 'EUR' },
  cardNumber: '4242424242424242',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
}
const results: Readonly<Record<string, ChargeResult>> = {
  charged: { outcome: 'charged' },
  declined: { outcome: 'declined', reason: 'card_declined' },
  silence: { outcome: 'unanswered', isTimeout: true },
  unavailable: { outcome: 'unanswered', isTimeout: false },
}

function step(current: Payment | undefined, event: string): Change | undefined {
  const moment = { now, id: 'a payment' }
  if (event === 'take') return take(current, request, moment)
  if (event === 'refund') return refund(current, request, moment)
  if (current === undefined) throw new Error('nothing is there')
  const result = results[event]
  if (result !== undefined) return chargeEnded(current, result, limits, now)
  const amounts: Readonly<Record<string, number | undefined>> = { 'given-back': 1000, 'nothing-there': 0 }
  return refundEnded(current, amounts[event], now)
}

/** The payment after events, and all that was told. */
function run(events: string): { payment: Payment; told: string } {
  let payment: Payment | undefined
  const told: string[] = []
  for (const event of events.split(' ')) {
    const change = step(payment, event)
    if (change === undefined) continue
    payment = change.payment
    for (const one of change.told)
      told.push(one.kind === 'failed' ? `failed:${one.reason}` : `${one.kind}:${one.amount.amount}`)
  }
  if (payment === undefined) throw new Error('nothing is there')
  return { payment, told: told.join(' ') }
}

const four = 'silence silence silence silence'

test.each([
  ['take charged', 'charged null 1', 'taken:1000'],
  ['take declined', 'failed card_declined 1', 'failed:card_declined'],
  ['take unavailable charged', 'charged null 2', 'taken:1000'],
  [`take ${four}`, 'refunding card_timeout 4', ''],
  [`take silence silence silence unavailable`, 'refunding card_unavailable 4', ''],
  [`take ${four} no-answer nothing-there`, 'failed card_timeout 4', 'failed:card_timeout'],
  [`take ${four} given-back`, 'failed card_timeout 4', 'failed:card_timeout'],
  [`take ${four} given-back refund`, 'failed card_timeout 4', 'failed:card_timeout refunded:1000'],
  [`take ${four} refund given-back`, 'failed card_timeout 4', 'failed:card_timeout refunded:1000'],
  ['take refund given-back', 'refunded null 0', 'refunded:1000'],
  ['take refund nothing-there', 'failed voided 0', 'refunded:0'],
  ['take refund charged', 'refunding null 0', ''],
  ['take charged refund given-back refund', 'refunded null 1', 'taken:1000 refunded:1000 refunded:1000'],
  ['take declined refund', 'failed card_declined 1', 'failed:card_declined refunded:0'],
  ['refund take', 'failed voided 0', 'refunded:0 failed:voided'],
  ['refund refund', 'failed voided 0', 'refunded:0 refunded:0'],
  ['take take', 'pending null 0', ''],
  ['take charged take', 'charged null 1', 'taken:1000 taken:1000'],
  ['take declined take', 'failed card_declined 1', 'failed:card_declined failed:card_declined'],
  ['take charged refund given-back take', 'refunded null 1', 'taken:1000 refunded:1000 taken:1000'],
  ['take refund given-back take', 'refunded null 0', 'refunded:1000 failed:voided'],
])('%s', (events, end, told) => {
  const { payment, told: heard } = run(events)
  expect(`${payment.state} ${payment.reason} ${payment.tries}`).toBe(end)
  expect(heard).toBe(told)
})

test.each([
  ['take silence', 200],
  ['take silence silence', 400],
  ['take silence silence silence', 800],
  [`take ${four}`, 0],
  [`take ${four} no-answer`, 1000],
])('after "%s" the network is called in %i ms', (events, ms) => {
  expect(run(events).payment.dueAt).toEqual(new Date(now.getTime() + ms))
})

test.each(['take charged', 'take declined', 'refund', 'take refund given-back'])(
  'after "%s" the network is not called',
  (events) => {
    expect(run(events).payment.dueAt).toBeNull()
  },
)

test.each([
  ['amount', { amount: { amount: 1001, currency: 'EUR' } }],
  ['currency', { amount: { amount: 1000, currency: 'USD' } }],
  ['customer', { customerId: 'bob' }],
  ['card', { cardNumber: '4000000000000002' }],
])('an order has no second payment with another %s', (_name, other) => {
  const { payment } = run('take')
  const differs = expect.objectContaining({ code: 'already_exists' })
  expect(() => take(payment, { ...request, ...other }, { now, id: 'x' })).toThrow(differs)
})
