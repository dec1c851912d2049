import { randomUUID } from 'node:crypto'
import { patterns } from '@polyservice-lab/contracts/order-saga'
import { answers } from '@polyservice-lab/contracts/order-saga/answers'
import { describe, expect, test, vi } from 'vitest'
import { eur, goodCard, useSaga } from './support/use-saga.ts'

vi.setConfig({ testTimeout: 120_000 })

const page = 'http://shop.example'
const underTest = useSaga({
  services: ['orders'],
  environments: { orders: { CORS_ORIGINS: page, CONNECTIONS_MAX: '50' } },
})

const good = { customerId: 'ada', total: eur(1000), cardNumber: goodCard }

interface Sent {
  readonly headers?: Record<string, string>
  readonly body?: string
}

function post(body: unknown, { headers = {}, ...sent }: Sent = {}): Promise<Response> {
  return underTest.fetch('orders', '/orders', {
    method: 'POST',
    body: sent.body ?? JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID(), ...headers },
  })
}

interface Problem {
  readonly code: string
  readonly requestId: string
  readonly violations?: readonly { readonly field: string; readonly message: string }[]
}

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const problem = (await response.json()) as Problem
  expect(problem).toMatchObject({ type: 'about:blank', status: response.status })
  expect(problem.requestId).toBe(response.headers.get('x-request-id'))
  return problem
}

async function ordersOf(customerId: string): Promise<number> {
  return (await underTest.lab.orders.listOrders({ customerId })).items.length
}

describe('an order', () => {
  test('is placed, with what was ordered, and without the number of the card', async () => {
    const items = [{ productId: 'p-1', quantity: 2, colour: 'red' }]
    const response = await post({ ...good, items, note: 'ring twice', unknown: 1 })
    expect(response.status).toBe(201)
    const order = answers.order.parse(await response.json())
    expect(order).toEqual({
      id: expect.stringMatching(patterns.uuid),
      customerId: 'ada',
      total: eur(1000),
      items: [{ productId: 'p-1', quantity: 2 }],
      card: '************4242',
      note: 'ring twice',
      state: 'pending',
      reason: null,
      version: 1,
      createdAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      updatedAt: order.createdAt,
    })
    const location = response.headers.get('location') ?? ''
    expect(location).toBe(`/orders/${order.id}`)
    expect(await (await underTest.fetch('orders', location)).json()).toEqual(order)
  })

  test('is without items where none were given', async () => {
    const order = answers.order.parse(await (await post(good)).json())
    expect(order).not.toHaveProperty('items')
    expect(order.note).toBeNull()
  })

  test('is placed once for a key, whatever the order of members', async () => {
    const headers = { 'Idempotency-Key': `A~!key${randomUUID()}` }
    const customerId = randomUUID()
    const first = await post({ ...good, customerId, extra: { a: 1, b: 2 } }, { headers })
    const again = await post(
      { extra: { b: 2, a: 1 }, cardNumber: goodCard, total: eur(1000), customerId },
      { headers },
    )
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null])
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
    for (const other of [{ total: eur(1001) }, { extra: { a: 1, b: 3 } }]) {
      const response = await post({ ...good, customerId, ...other }, { headers })
      expect([response.status, (await problemOf(response)).code]).toEqual([422, 'idempotency_key_reused'])
    }
    expect(await ordersOf(customerId)).toBe(1)
  })

  test('is placed once by twenty requests at once', async () => {
    const headers = { 'Idempotency-Key': randomUUID() }
    const customerId = randomUUID()
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => post({ ...good, customerId }, { headers })),
    )
    expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(201))
    expect(new Set(responses.map((response) => response.headers.get('location'))).size).toBe(1)
    expect(responses.filter((response) => !response.headers.has('idempotency-replayed'))).toHaveLength(1)
    expect(await ordersOf(customerId)).toBe(1)
  })

  test('is cancelled, and again', async () => {
    const { id } = await underTest.place({ customerId: 'ada' })
    const first = await underTest.lab.orders.cancelOrder(id)
    expect(first).toMatchObject({ state: 'rejected', reason: 'cancelled', version: 2 })
    expect(await underTest.lab.orders.cancelOrder(id)).toEqual(first)
  })

  test('is found in lists, page by page, the oldest first', async () => {
    const customerId = randomUUID()
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.push((await underTest.place({ customerId })).id)
    await underTest.lab.orders.cancelOrder(ids[1] ?? '')
    const found: string[] = []
    let after: string | undefined
    do {
      const part = await underTest.lab.orders.listOrders({ customerId, limit: 2, after })
      found.push(...part.items.map(({ id }) => id))
      after = part.next ?? undefined
    } while (after !== undefined)
    expect(found).toEqual(ids)
    const { items } = await underTest.lab.orders.listOrders({ customerId, state: 'rejected' })
    expect(items.map(({ id }) => id)).toEqual([ids[1]])
  })
})

describe('a request that is wrong', () => {
  test.each([
    ['no key', {}, undefined],
    ['an empty key', {}, ''],
    ['65 characters', {}, 'k'.repeat(65)],
    ['a space', {}, 'a b'],
  ])('has a key: %s', async (_name, _more, key) => {
    const { port, host } = underTest.saga.service('orders').address()
    const response = await fetch(`http://${host}:${port}/orders`, {
      method: 'POST',
      body: JSON.stringify(good),
      headers: { 'Content-Type': 'application/json', ...(key !== undefined && { 'Idempotency-Key': key }) },
    })
    expect([response.status, (await problemOf(response)).code]).toEqual([400, 'invalid_idempotency_key'])
  })

  test('has all its wrong members named, and the number of its card in no answer', async () => {
    const response = await post({
      customerId: '!',
      total: { amount: 0, currency: 'x' },
      cardNumber: '4111111111111111',
    })
    expect(response.status).toBe(422)
    const text = await response.text()
    expect(text).not.toContain('4111111111111111')
    const { code, violations } = JSON.parse(text) as Problem
    expect(code).toBe('invalid')
    expect(violations?.map(({ field }) => field)).toEqual([
      'customerId',
      'total.amount',
      'total.currency',
      'cardNumber',
    ])
  })

  test.each<[string, object, string]>([
    ['no items', { items: [] }, 'items'],
    [
      'an item without a quantity',
      { items: [{ productId: 'a', quantity: 1 }, { productId: 'a' }] },
      'items.1.quantity',
    ],
    ['a product without a name', { items: [{ productId: '', quantity: 1 }] }, 'items.0.productId'],
    ['a control character', { note: 'a\u0000b' }, 'note'],
    ['a long note', { note: 'n'.repeat(201) }, 'note'],
    ['a broken amount', { total: { amount: 1.5, currency: 'EUR' } }, 'total.amount'],
    ['a large amount', { total: { amount: 100_000_001, currency: 'EUR' } }, 'total.amount'],
    ['no total', { total: null }, 'total'],
  ])('is told by field: %s', async (_name, members, field) => {
    const problem = await problemOf(await post({ ...good, ...members }))
    expect(problem.violations?.map((violation) => violation.field)).toEqual([field])
  })

  test.each<[string, Sent, number, string]>([
    ['an array', { body: '[]' }, 422, 'invalid'],
    ['no JSON', { body: '{' }, 400, 'invalid_json'],
    ['nothing', { body: '' }, 400, 'invalid_json'],
    ['65 KB', { body: `{"a":"${'x'.repeat(65_536)}"}` }, 413, 'too_large'],
    [
      'a form',
      { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported_media_type',
    ],
    ['a foreign page', { headers: { Origin: 'http://evil.example' } }, 403, 'forbidden_origin'],
    [
      'a foreign page with a form',
      { headers: { Origin: 'null', 'Content-Type': 'text/plain' } },
      403,
      'forbidden_origin',
    ],
    ['no key, and no JSON', { body: '{', headers: { 'Idempotency-Key': ' ' } }, 400, 'invalid_json'],
  ])('is %s', async (_name, sent, status, code) => {
    const response = await post(good, sent)
    expect([response.status, (await problemOf(response)).code]).toEqual([status, code])
  })

  test.each([
    ['GET', '/orders/nothing', 404],
    ['GET', `/orders/${randomUUID()}`, 404],
    ['GET', `/orders/${randomUUID()}/history`, 404],
    ['POST', `/orders/${randomUUID()}/cancel`, 404],
    ['GET', '/nothing', 404],
    ['DELETE', '/orders', 405],
    ['GET', '/orders?limit=0', 422],
    ['GET', '/orders?limit=1001', 422],
    ['GET', '/orders?after=x', 422],
    ['GET', '/orders?state=done&customerId=!', 422],
  ])('%s %s is %d', async (method, path, status) => {
    const response = await underTest.fetch('orders', path, { method })
    expect(response.status).toBe(status)
    await problemOf(response)
    if (status === 405) expect(response.headers.get('allow')).toContain('GET')
  })

  test('keeps the id that it came with', async () => {
    const response = await underTest.fetch('orders', '/orders/7', { headers: { 'X-Request-Id': 'mine~1' } })
    expect(response.headers.get('x-request-id')).toBe('mine~1')
  })
})

describe('a page of an origin that may call', () => {
  test('is let in by its preflight, and may read answers and errors', async () => {
    const preflight = await underTest.fetch('orders', '/orders', {
      method: 'OPTIONS',
      headers: {
        Origin: page,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type,idempotency-key',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe(page)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Idempotency-Key')
    for (const response of [
      await post(good, { headers: { Origin: page } }),
      await post({}, { headers: { Origin: page } }),
    ]) {
      expect(response.headers.get('access-control-allow-origin')).toBe(page)
      const exposed = response.headers.get('access-control-expose-headers')
      for (const name of ['Location', 'Idempotency-Replayed', 'Retry-After', 'X-Request-Id'])
        expect(exposed).toContain(name)
    }
  })

  test('of another origin may read nothing', async () => {
    const response = await underTest.fetch('orders', '/orders', {
      headers: { Origin: 'http://evil.example' },
    })
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
  })
})
