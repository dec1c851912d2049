import { expect, test } from 'vitest'
import { type Answer, answer, begin, type Saga, timeOut } from './saga.ts'

const now = new Date('2026-01-01T00:00:00.000Z')
const triesMax = 3
const order = {
  id: 'an order',
  customerId: 'ada',
  total: { amount: 1000, currency: 'EUR' },
  cardNumber: '4242424242424242',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
}

/** Messages by their type, with the reason after a colon; `timeout` is one without an answer. */
function run(events: string): Saga {
  return events
    .split(' ')
    .filter((event) => event !== '')
    .reduce(
      (saga, event) => {
        if (event === 'timeout') return timeOut(saga, triesMax, now)?.saga ?? saga
        return answer(saga, messageOf(event), now) ?? saga
      },
      begin(order, now),
    )
}

function messageOf(event: string): Answer {
  const [type = '', reason = null] = event.split(':')
  return { type, reason }
}

const ok = 'credit.reserved payment.taken'
const silence = 'timeout timeout timeout'
const cancelled = 'order.rejected:cancelled'

test.each([
  [
    'all goes well',
    `${ok} order.approved credit.released`,
    'completed null',
    'credit ok, payment ok, approve ok, settle ok',
  ],
  [
    'credit refused',
    'credit.refused:credit_limit order.rejected:credit_limit',
    'compensated credit_limit',
    'credit refused, reject ok',
  ],
  [
    'credit without an answer',
    `${silence} credit.released order.rejected:timeout`,
    'compensated timeout',
    'credit timeout, release ok, reject ok',
  ],
  [
    'payment refused',
    'credit.reserved payment.failed:card_declined credit.released order.rejected:card_declined',
    'compensated card_declined',
    'credit ok, payment refused, release ok, reject ok',
  ],
  [
    'payment without an answer',
    `credit.reserved ${silence} payment.refunded credit.released order.rejected:timeout`,
    'compensated timeout',
    'credit ok, payment timeout, refund ok, release ok, reject ok',
  ],
  [
    'cancelled at approve',
    `${ok} ${cancelled} payment.refunded credit.released`,
    'compensated cancelled',
    'credit ok, payment ok, approve refused, refund ok, release ok',
  ],
  [
    'cancelled at credit, which is ok',
    `${cancelled} credit.reserved credit.released`,
    'compensated cancelled',
    'credit ok, release ok',
  ],
  [
    'cancelled at credit, which is refused',
    `${cancelled} credit.refused:credit_limit`,
    'compensated cancelled',
    'credit refused',
  ],
  [
    'cancelled at credit, without an answer',
    `${cancelled} ${silence} credit.released`,
    'compensated cancelled',
    'credit timeout, release ok',
  ],
  [
    'cancelled at payment, which is ok',
    `credit.reserved ${cancelled} payment.taken payment.refunded credit.released`,
    'compensated cancelled',
    'credit ok, payment ok, refund ok, release ok',
  ],
  [
    'cancelled at payment, which is refused',
    `credit.reserved ${cancelled} payment.failed:card_timeout credit.released`,
    'compensated cancelled',
    'credit ok, payment refused, release ok',
  ],
  [
    'cancelled at payment, without an answer',
    `credit.reserved ${cancelled} ${silence} payment.refunded credit.released`,
    'compensated cancelled',
    'credit ok, payment timeout, refund ok, release ok',
  ],
  [
    'cancelled while it compensates',
    `credit.reserved payment.failed:card_declined ${cancelled} credit.released`,
    'compensated card_declined',
    'credit ok, payment refused, release ok',
  ],
  [
    'answers that nobody awaits',
    `payment.taken order.approved credit.released payment.refunded ${ok} credit.reserved payment.failed:voided`,
    'running null',
    'credit ok, payment ok, approve waiting',
  ],
  [
    'answers after the end',
    `${ok} order.approved credit.released credit.released payment.failed:voided ${cancelled} timeout`,
    'completed null',
    'credit ok, payment ok, approve ok, settle ok',
  ],
  [
    'late answers',
    `${silence} credit.reserved credit.refused:credit_limit`,
    'compensating timeout',
    'credit timeout, release waiting',
  ],
])('%s', (_name, events, end, steps) => {
  const saga = run(events)
  expect(`${saga.state} ${saga.reason}`).toBe(end)
  expect(saga.steps.map(({ name, state }) => `${name} ${state}`).join(', ')).toBe(steps)
})

test('the same command is given again, as often as it may', () => {
  const again = timeOut(begin(order, now), triesMax, now)
  expect(again).toMatchObject({ isRepeated: true, saga: { steps: [{ state: 'waiting', tries: 2 }] } })
})

test.each(['approve', 'settle', 'refund', 'release', 'reject'])('%s is repeated without end', (name) => {
  const before = {
    approve: ok,
    settle: `${ok} order.approved`,
    refund: `${ok} ${cancelled}`,
    release: `${ok} ${cancelled} payment.refunded`,
    reject: 'credit.refused:credit_limit',
  }[name]
  const saga = run(`${before} ${'timeout '.repeat(20)}`)
  expect(saga.steps.at(-1)).toMatchObject({ name, state: 'waiting', tries: 21 })
})

test('a refused step has the reason of its refusal, also where the saga has another one', () => {
  const saga = run(`${cancelled} credit.refused:credit_limit`)
  expect(saga.steps).toMatchObject([{ reason: 'credit_limit' }])
})
