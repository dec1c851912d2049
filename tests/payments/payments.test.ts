import { createPaymentsClient, type NewPayment, type Payment } from '@polyservice-lab/clients'
import type { StartedOrderSaga } from '@polyservice-lab/testcontainers'
import { OrderSagaContainers } from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../support/lab.ts'

const waitSeconds = 20
let saga: StartedOrderSaga
beforeAll(async () => {
  saga = await new OrderSagaContainers().withServices('payments', 'cards').start()
}, 180_000)
afterAll(() => saga?.stop())

const address = () => saga.service('payments').address()
const client = () => createPaymentsClient(address())

function buildPayment(overrides: Partial<NewPayment> = {}): NewPayment {
  const amount = { amount: 1000, currency: 'EUR' }
  return {
    orderId: crypto.randomUUID(),
    customerId: 'ada',
    amount,
    cardNumber: '4242424242424242',
    ...overrides,
  }
}

async function post(body: string, headers: Record<string, string> = {}) {
  const { host, port } = address()
  const response = await fetch(`http://${host}:${port}/payments`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  })
  return { response, body: (await response.json()) as Record<string, unknown> }
}

test.each([
  ['4242424242424242', 'charged', null, 1],
  ['4000000000000002', 'failed', 'card_declined', 1],
  ['4000000000009995', 'failed', 'insufficient_funds', 1],
  ['4000000000003101', 'charged', null, 2],
  ['4000000000003103', 'charged', null, 4],
  ['4000000000003104', 'failed', 'card_unavailable', 4],
  ['4000000000004101', 'failed', 'card_timeout', 4],
  ['4000000000004102', 'failed', 'card_timeout', 4],
])('%s ends %s, %s, after %i tries', async (cardNumber, state, reason, tries) => {
  const payment = await client().createPayment(buildPayment({ cardNumber }), {
    waitSeconds,
    timeoutMs: 30_000,
  })
  const card = `************${cardNumber.slice(-4)}`
  expect(payment).toMatchObject({ state, reason, tries, card })
})

test('one order has one payment, whatever the number of requests', async () => {
  const payment = buildPayment()
  const all = await Promise.all(Array.from({ length: 5 }, () => client().createPayment(payment)))
  expect(new Set(all.map(({ id }) => id)).size).toBe(1)
  const settled = await client().createPayment(payment, { waitSeconds })
  expect(settled).toMatchObject({ id: all[0]?.id, state: 'charged', tries: 1 })
  expect((await client().listPayments({ orderId: payment.orderId })).items).toEqual([settled])
})

test('another payment for the same order is refused', async () => {
  const payment = buildPayment()
  await client().createPayment(payment)
  const other = client().createPayment({ ...payment, amount: { amount: 1, currency: 'EUR' } })
  await expect(other).rejects.toMatchObject({ status: 409, reason: 'payment_differs' })
})

describe('Prefer: wait', () => {
  test('is told where it was heeded', async () => {
    const { response } = await post(JSON.stringify(buildPayment()), {
      Prefer: 'respond-async, wait=9, wait=1',
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('preference-applied')).toBe('wait=9')
  })

  test.each(['wait=0', 'wait=31', 'wait=soon', 'wait=99, wait=5'])('%s is ignored', async (prefer) => {
    const { response } = await post(JSON.stringify(buildPayment()), { Prefer: prefer })
    expect(response.status).toBe(202)
    expect(response.headers.has('preference-applied')).toBe(false)
    expect(response.headers.get('location')).toMatch(/^\/payments\/[0-9a-f-]{36}$/)
  })

  test('an answer whose time is over is 202', async () => {
    const body = JSON.stringify(buildPayment({ cardNumber: '4000000000004101' }))
    const { response, body: payment } = await post(body, { Prefer: 'wait=1' })
    expect(response.status).toBe(202)
    expect(payment).toMatchObject({ state: 'pending' })
  })
})

test.each([
  ['no JSON', '{', 400, 'invalid_json'],
  ['nothing', '', 400, 'invalid_json'],
  ['an array', '[]', 422, 'invalid'],
  ['too much', `"${'x'.repeat(65_536)}"`, 413, 'too_large'],
])('a body that is %s is refused', async (_name, body, status, code) => {
  const { response, body: problem } = await post(body)
  expect(response.status).toBe(status)
  expect(problem).toMatchObject({ code, type: 'about:blank', requestId: expect.any(String) })
  expect(response.headers.get('x-request-id')).toBe(problem['requestId'])
})

test('names every member that is wrong, and repeats no card number', async () => {
  const body = {
    orderId: '1',
    customerId: '!',
    amount: { amount: 0.5, currency: 'eur' },
    cardNumber: '4111111111111111',
  }
  const { response, body: problem } = await post(JSON.stringify(body))
  expect(response.status).toBe(422)
  const fields = (problem['violations'] as { field: string }[]).map(({ field }) => field)
  expect(fields).toEqual(['orderId', 'customerId', 'amount.amount', 'amount.currency', 'cardNumber'])
  expect(JSON.stringify(problem)).not.toContain('4111111111111111')
})

test('a list goes on after its `next`, oldest first', async () => {
  for (let i = 0; i < 3; i += 1) await client().createPayment(buildPayment())
  const seen: Payment[] = []
  let after: string | undefined
  do {
    const page = await client().listPayments({ limit: 2, after })
    seen.push(...page.items)
    after = page.next ?? undefined
  } while (after !== undefined)
  const { items } = await client().listPayments({ limit: 1000 })
  expect(seen.map(({ id }) => id)).toEqual(items.map(({ id }) => id))
})

test('a payment that was under way when the process died is charged once', async () => {
  const payment = buildPayment({ cardNumber: '4000000000003103' })
  await client().createPayment(payment)
  await saga.service('payments').kill()
  await saga.service('payments').start()
  const charged = async () => (await client().listPayments({ orderId: payment.orderId })).items[0]?.state
  await until(async () => (await charged()) === 'charged', 'it is charged')
})
