import { randomUUID } from 'node:crypto'
import type { DeadLetter } from '@polyservice-lab/clients'
import type { QueueName } from '@polyservice-lab/contracts/order-saga'
import { describe, expect, test, vi } from 'vitest'
import { until } from '../support/lab.ts'
import { message, useOutside } from './support/outside.ts'
import { eur, goodCard, useSaga } from './support/use-saga.ts'

vi.setConfig({ testTimeout: 180_000 })

const underTest = useSaga()
const outside = useOutside(underTest)

/** The newest dead letter of a queue that matches. */
async function deadLetter(isIt: (letter: DeadLetter) => boolean): Promise<DeadLetter> {
  let found: DeadLetter | undefined
  await until(
    async () => {
      const { items } = await underTest.lab.orchestrator.listDeadLetters({ limit: 1000 })
      found = items.findLast(isIt)
      return found !== undefined
    },
    'a dead letter',
    60_000,
  )
  return found as DeadLetter
}

/** Notes what is published of an order from now on. */
async function answersOf(orderId: string): Promise<{ readonly type: string; readonly data: unknown }[]> {
  const heard: { type: string; data: unknown }[] = []
  await outside.listen((body) => {
    const { subject, type, data } = JSON.parse(body.toString())
    if (subject === orderId) heard.push({ type, data })
  })
  return heard
}

const heardOf = (heard: readonly { readonly type: string }[], type: string) =>
  heard.filter((one) => one.type === type)

describe('an order', () => {
  test('has every message once in its history, of one trace, by time, without the number of the card', async () => {
    const customerId = await underTest.customer(100_000)
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    const { id } = await underTest.lab.orders.placeOrder(
      { customerId, total: eur(1000), cardNumber: goodCard },
      { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    )
    await underTest.endedSaga(id)
    let types: readonly string[] = []
    await until(async () => {
      const { entries } = await underTest.lab.orders.getHistory(id)
      types = entries.map(({ type }) => type)
      for (const { traceparent, data } of entries) {
        expect(traceparent.split('-')[1]).toBe(traceId)
        expect(JSON.stringify(data)).not.toContain(goodCard)
      }
      return types.length >= 9
    }, 'nine entries')
    expect(types).toEqual([
      'order.placed',
      'credit.reserve',
      'credit.reserved',
      'payment.take',
      'payment.taken',
      'order.approve',
      'order.approved',
      'credit.release',
      'credit.released',
    ])
  })

  test('ends alike when every message comes three times', async () => {
    const customerId = await underTest.customer(100_000)
    const repeated = new Map<string, number>()
    await outside.listen((body, type) => {
      const { id } = JSON.parse(body.toString())
      const count = repeated.get(id) ?? 0
      repeated.set(id, count + 1)
      if (count === 0) for (let i = 0; i < 2; i++) outside.publish(type, body)
    })
    const { id } = await underTest.place({ customerId })
    expect(await underTest.ended(id)).toMatchObject({ state: 'approved' })
    await underTest.endedSaga(id)
    expect(await underTest.ledger(id)).toEqual({ charges: [1000], refunds: [] })
    await until(async () => (await underTest.lab.orders.getHistory(id)).entries.length === 9, 'nine entries')
    expect(await underTest.notifications(customerId, 2)).toHaveLength(2)
    expect(await underTest.reserved(customerId)).toBe(0)
  })

  test('cannot be cancelled when it has ended', async () => {
    const { id } = await underTest.place({ customerId: await underTest.customer(100_000) })
    const approved = await underTest.ended(id)
    await expect(underTest.lab.orders.cancelOrder(id)).rejects.toMatchObject({
      status: 409,
      reason: 'order_not_pending',
    })
    expect(await underTest.lab.orders.getOrder(id)).toEqual(approved)
  })

  test('that is cancelled while it is charged gives everything back', async () => {
    const customerId = await underTest.customer(100_000)
    const { id } = await underTest.place({ customerId, cardNumber: '4000000000004102' })
    await until(async () => (await underTest.ledger(id)).charges.length === 1, 'the charge', 60_000)
    expect(await underTest.lab.orders.cancelOrder(id)).toMatchObject({
      state: 'rejected',
      reason: 'cancelled',
    })
    const saga = await underTest.endedSaga(id)
    expect(saga).toMatchObject({ state: 'compensated', reason: 'cancelled' })
    expect(saga.steps.map(({ name }) => name)).not.toContain('reject')
    await until(async () => (await underTest.ledger(id)).refunds.length === 1, 'the refund')
    expect(await underTest.ledger(id)).toEqual({ charges: [1000], refunds: [1000] })
    expect(await underTest.reserved(customerId)).toBe(0)
  })

  test('is either cancelled or approved, whoever is faster', async () => {
    const customerId = await underTest.customer(10_000_000)
    const cancelled = async () => {
      const { id } = await underTest.place({ customerId })
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 1_500))
      const isCancelled = await underTest.lab.orders.cancelOrder(id).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ status: 409, reason: 'order_not_pending' })
          return false
        },
      )
      return { id, isCancelled }
    }
    const orders = await Promise.all(Array.from({ length: 24 }, cancelled))
    for (const { id, isCancelled } of orders) {
      const order = await underTest.ended(id)
      await underTest.endedSaga(id)
      expect(order).toMatchObject(
        isCancelled ? { state: 'rejected', reason: 'cancelled' } : { state: 'approved' },
      )
      const { charges, refunds } = await underTest.ledger(id)
      expect(charges.length - refunds.length).toBe(isCancelled ? 0 : 1)
    }
    expect(await underTest.reserved(customerId)).toBe(0)
  })
})

describe('a command', () => {
  test('that comes again under a new id is answered again, with one effect', async () => {
    const customerId = await underTest.customer(100_000)
    const { id } = await underTest.place({ customerId })
    await underTest.endedSaga(id)
    const heard = await answersOf(id)
    const what = { customerId, amount: eur(1000) }
    outside.put('payments.inbox', message('payment.take', id, { ...what, cardNumber: goodCard }))
    outside.put('customers.inbox', message('credit.reserve', id, what))
    await until(
      () => heardOf(heard, 'payment.taken').length === 1 && heardOf(heard, 'credit.reserved').length === 1,
      'both answers',
    )
    expect(await underTest.ledger(id)).toEqual({ charges: [1000], refunds: [] })
    expect(await underTest.reserved(customerId)).toBe(0)
    const { items } = await underTest.lab.customers.listReservations(customerId)
    expect(items.map(({ state }) => state)).toEqual(['released'])
  })

  test('for another amount dies after four tries, and changes nothing', async () => {
    const customerId = await underTest.customer(100_000)
    const { id } = await underTest.place({ customerId, total: eur(64) })
    await underTest.endedSaga(id)
    const bad = message('payment.take', id, { customerId, amount: eur(99), cardNumber: goodCard })
    outside.put('payments.inbox', bad)
    const letter = await deadLetter(({ messageId, subject }) => messageId === bad.id || subject === id)
    expect(letter).toMatchObject({ queue: 'payments.inbox', tries: 4, state: 'dead' })
    expect(letter.body).toContain('************4242')
    expect(letter.body).not.toContain(goodCard)
    expect(await underTest.ledger(id)).toEqual({ charges: [64], refunds: [] })
  })

  test('that gives back what nobody has taken voids it', async () => {
    const customerId = await underTest.customer(100_000)
    const id = randomUUID()
    const heard = await answersOf(id)
    const what = { customerId, amount: eur(1000) }
    outside.put('customers.inbox', message('credit.release', id, what))
    await until(() => heardOf(heard, 'credit.released').length === 1, 'credit.released')
    outside.put('customers.inbox', message('credit.reserve', id, what))
    await until(() => heardOf(heard, 'credit.refused').length === 1, 'credit.refused')
    outside.put('payments.inbox', message('payment.refund', id, what))
    await until(() => heardOf(heard, 'payment.refunded').length === 1, 'payment.refunded')
    outside.put('payments.inbox', message('payment.take', id, { ...what, cardNumber: goodCard }))
    await until(() => heardOf(heard, 'payment.failed').length === 1, 'payment.failed')
    expect(heard).toEqual([
      { type: 'credit.released', data: { customerId, amount: eur(0) } },
      { type: 'credit.refused', data: { customerId, reason: 'voided' } },
      { type: 'payment.refunded', data: { amount: eur(0) } },
      { type: 'payment.failed', data: { reason: 'voided' } },
    ])
    expect(await underTest.ledger(id)).toEqual({ charges: [], refunds: [] })
  })

  test('that comes late changes nothing', async () => {
    const customerId = await underTest.customer(100_000)
    const { id } = await underTest.place({ customerId })
    await underTest.endedSaga(id)
    const before = await underTest.lab.orders.getOrder(id)
    const saga = await underTest.lab.orchestrator.getSaga(id)
    outside.put('orders.inbox', message('order.reject', id, { reason: 'timeout' }))
    outside.put('orchestrator.inbox', message('payment.failed', id, { reason: 'card_declined' }))
    const other = await underTest.place({ customerId })
    await underTest.endedSaga(other.id)
    expect(await underTest.lab.orders.getOrder(id)).toEqual(before)
    expect(await underTest.lab.orchestrator.getSaga(id)).toEqual(saga)
    const { items } = await underTest.lab.orchestrator.listDeadLetters({ limit: 1000 })
    expect(items.filter(({ subject }) => subject === id)).toEqual([])
  })
})

describe('an event that comes before its time', () => {
  test('is told after the one before it, each once, and others pass', async () => {
    const customerId = `c-${randomUUID()}`
    const id = randomUUID()
    const ended = { version: 2, customerId, total: eur(1000) }
    const placed = { ...ended, version: 1, cardNumber: goodCard }
    outside.put('notifications.inbox', message('order.approved', id, ended))
    const another = randomUUID()
    outside.put('notifications.inbox', message('order.placed', another, placed))
    expect((await underTest.notifications(customerId, 1)).map(({ orderId }) => orderId)).toEqual([another])
    for (const [type, data] of [
      ['order.placed', placed],
      ['order.approved', ended],
      ['order.placed', placed],
    ] as const)
      outside.put('notifications.inbox', message(type, id, data))
    const told = await underTest.notifications(customerId, 3)
    expect(told.slice(1).map(({ orderId, kind }) => [orderId, kind])).toEqual([
      [id, 'order_placed'],
      [id, 'order_approved'],
    ])
  })

  test('of a cancellation ends the saga that begins after it', async () => {
    const customerId = await underTest.customer(100_000)
    const id = randomUUID()
    const ended = { version: 2, customerId, total: eur(1000) }
    outside.put('orchestrator.inbox', message('order.rejected', id, { ...ended, reason: 'cancelled' }))
    outside.put(
      'orchestrator.inbox',
      message('order.placed', id, { ...ended, version: 1, cardNumber: goodCard }),
    )
    const saga = await underTest.endedSaga(id)
    expect(saga).toMatchObject({ state: 'compensated', reason: 'cancelled' })
    expect(saga.steps.map(({ name, state }) => `${name} ${state}`)).toEqual(['credit ok', 'release ok'])
  })
})

describe('a message that nobody can handle', () => {
  test.each<[string, QueueName, unknown]>([
    ['no JSON', 'orders.inbox', '{'],
    ['a JSON array', 'customers.inbox', '[]'],
    ['no UTF-8', 'payments.inbox', Buffer.from([0x22, 0xff, 0x00])],
    [
      'specversion 0.3',
      'notifications.inbox',
      { ...message('order.placed', randomUUID(), {}), specversion: '0.3' },
    ],
    ['no data', 'orchestrator.inbox', message('order.placed', randomUUID(), {})],
    ['a type of another inbox', 'customers.inbox', message('order.approve', randomUUID(), {})],
    ['70 KB', 'orders.inbox', { ...message('order.approve', randomUUID(), {}), filler: 'x'.repeat(70_000) }],
  ])('is dead at once: %s', async (_name, queue, body) => {
    const before = (await underTest.lab.orchestrator.listDeadLetters({ limit: 1000 })).items.length
    outside.put(queue, body)
    const known = new Set<string>()
    await until(async () => {
      const { items } = await underTest.lab.orchestrator.listDeadLetters({ limit: 1000 })
      for (const letter of items.slice(before)) {
        known.add(letter.id)
        expect(letter).toMatchObject({ queue, tries: 1, state: 'dead' })
      }
      return known.size === 1
    }, 'the dead letter')
  })

  test('is replayed once, and its effect is there', async () => {
    const customerId = `c-${randomUUID()}`
    const placed = message('order.placed', randomUUID(), {
      ...{ version: 1, customerId, total: eur(1000), cardNumber: goodCard },
    })
    outside.put('saga.dead', placed, { 'x-queue': 'notifications.inbox', 'x-tries': 4, 'x-error': 'broken' })
    const letter = await deadLetter(({ subject }) => subject === placed.subject)
    expect(await underTest.lab.orchestrator.replayDeadLetter(letter.id)).toMatchObject({ state: 'replayed' })
    expect((await underTest.notifications(customerId, 1)).map(({ kind }) => kind)).toEqual(['order_placed'])
    await expect(underTest.lab.orchestrator.replayDeadLetter(letter.id)).rejects.toMatchObject({
      status: 409,
      reason: 'not_replayable',
    })
  })
})

test('credit is never reserved beyond the limit, whoever asks at once', async () => {
  const customerId = await underTest.customer(5000)
  const orders = await Promise.all(
    Array.from({ length: 10 }, () =>
      underTest.place({ customerId, total: eur(2000), cardNumber: '4000000000004101' }),
    ),
  )
  let most = 0
  let isWatching = true
  const watching = (async () => {
    while (isWatching) most = Math.max(most, await underTest.reserved(customerId))
  })()
  const ended = await Promise.all(orders.map(({ id }) => underTest.ended(id)))
  for (const { id } of orders) await underTest.endedSaga(id)
  isWatching = false
  await watching
  const reasons = ended.map(({ reason }) => reason).sort()
  expect(reasons).toEqual([...Array(2).fill('card_timeout'), ...Array(8).fill('credit_limit')])
  expect(most).toBe(4000)
  expect(await underTest.reserved(customerId)).toBe(0)
})
