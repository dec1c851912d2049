import { expect, test } from 'vitest'
import { type Account, charge, refund } from './account.ts'

const request = { key: 'a key', orderId: 'an order', amount: { amount: 1000, currency: 'EUR' } }

/** Answers to charges and refunds of one key, and the lines of the ledger. */
function run(cardNumber: string, events: string): { answers: string; ledger: string } {
  let account: Account | undefined
  const answers: string[] = []
  const ledger: string[] = []
  for (const [i, event] of events.split(' ').entries()) {
    if (event === 'refund') {
      const { account: next, entry, refunded } = refund(account, request)
      account = next
      answers.push(refunded === undefined ? 'nothing' : `refunded:${refunded.amount}`)
      if (entry !== undefined) ledger.push(`${entry.kind} ${entry.chargeId}`)
      continue
    }
    const { account: next, entry, answer, isHeld } = charge(account, { ...request, cardNumber }, `c${i}`)
    account = next
    const told = 'chargeId' in answer ? answer.chargeId : 'reason' in answer ? answer.reason : answer.outcome
    answers.push(isHeld ? `held:${told}` : told)
    if (entry !== undefined) ledger.push(`${entry.kind} ${entry.chargeId}`)
  }
  return { answers: answers.join(' '), ledger: ledger.join(', ') }
}

test.each([
  ['4242424242424242', 'charge charge', 'c0 c0', 'charge c0'],
  [
    '4242424242424242',
    'charge refund refund charge',
    'c0 refunded:1000 refunded:1000 c0',
    'charge c0, refund c0',
  ],
  ['4242424242424242', 'refund charge refund', 'nothing voided nothing', ''],
  ['4000000000000002', 'charge refund charge', 'card_declined nothing card_declined', ''],
  ['4000000000009995', 'charge', 'insufficient_funds', ''],
  ['4000000000003101', 'charge charge charge', 'unavailable c1 c1', 'charge c1'],
  ['4000000000003103', 'charge charge charge charge', 'unavailable unavailable unavailable c3', 'charge c3'],
  ['4000000000003102', 'charge refund charge charge', 'unavailable nothing voided voided', ''],
  ['4000000000004101', 'charge charge', 'held:unavailable held:unavailable', ''],
  ['4000000000004102', 'charge charge refund', 'held:c0 held:c0 refunded:1000', 'charge c0, refund c0'],
])('%s: %s', (cardNumber, events, answers, ledger) => {
  expect(run(cardNumber, events)).toEqual({ answers, ledger })
})

test.each([
  ['amount', { amount: { amount: 1001, currency: 'EUR' } }],
  ['card', { cardNumber: '4000000000000002' }],
  ['order', { orderId: 'another' }],
])('a key that was used with another %s is refused', (_name, other) => {
  const first = { ...request, cardNumber: '4242424242424242' }
  const { account } = charge(undefined, first, 'c')
  const refused = expect.objectContaining({ code: 'failed_precondition' })
  expect(() => charge(account, { ...first, ...other }, 'd')).toThrow(refused)
})
