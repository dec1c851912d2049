import { createLogger, createMetrics } from '@polyservice-lab/service-kit'
import { startPostgresServer } from '@polyservice-lab/service-kit/postgres-server'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type OpenShop, openShop } from './open-shop.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 120_000 })

const eventsKeptMax = 5
const time = new Date('2026-01-01T12:00:00.123Z')
const resources = new AsyncDisposableStack()
let shop: OpenShop

beforeAll(async () => {
  const server = resources.use(await startPostgresServer())
  const open = (name: string) =>
    openShop({
      ...{ databaseUrl: server.url, applicationName: name, eventsKeptMax, now: () => time },
      ...{ auth: 'open', username: 'admin', password: 'password', jwtSecret: undefined },
      idempotencyKeepMs: 1_000,
      logger: createLogger(name, 'silent'),
      metrics: createMetrics(name),
    })
  // On a new database at once, as services of a lab start.
  const shops = await Promise.all(['one', 'two', 'three'].map(open))
  for (const one of shops) resources.use(one)
  shop = shops[0] as OpenShop
})

afterAll(() => resources.disposeAsync())

beforeEach(() => shop.reset())

const create = (name: string) => shop.users.create({ name, email: `${name}@example.com` })

test('the feed has each change once, with the user or the order after it', async () => {
  expect(await shop.feed.newest()).toBe(0)
  const user = await create('Dora')
  const renamed = await shop.users.update(user.id, { name: 'Dora Ж' })
  await shop.users.update(user.id, {})
  await shop.users.delete(user.id)
  const { order } = await shop.orders.place({ userId: 1, items: [{ productId: 302, quantity: 3 }] })
  const cancelled = await shop.orders.update(order.id, { status: 'cancelled' })
  expect(order).toMatchObject({ totalAmount: 76_50, createdAt: time })
  expect(await shop.feed.read(0, 100)).toEqual([
    { seq: 1, time, type: 'user.created', data: user },
    { seq: 2, time, type: 'user.updated', data: renamed },
    { seq: 3, time, type: 'user.deleted', data: renamed },
    { seq: 4, time, type: 'order.placed', data: order },
    { seq: 5, time, type: 'order.cancelled', data: cancelled },
  ])
  expect((await shop.feed.read(2, 2)).map(({ seq }) => seq)).toEqual([3, 4])
  expect(await shop.feed.read(5, 100)).toEqual([])
})

test('a reader is told when events are gone, and when its number is in the future', async () => {
  for (let i = 1; i <= eventsKeptMax + 2; i += 1) await create(`u${i}`)
  expect((await shop.feed.read(2, 100)).map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7])
  await expect(shop.feed.read(1, 100)).rejects.toMatchObject({ details: { reason: 'events_gone' } })
  await expect(shop.feed.read(8, 100)).rejects.toMatchObject({ details: { reason: 'after_in_future' } })
  for (const wrong of [-1, 1.5, 2 ** 53])
    await expect(shop.feed.read(wrong, 100)).rejects.toMatchObject({ code: 'invalid_argument' })
})

test('a listener hears of a change', async () => {
  let newest = 0
  await using _listening = shop.feed.listen(async () => {
    newest = await shop.feed.newest()
  })
  await create('Dora')
  await expect.poll(() => newest, { timeout: 20_000 }).toBe(1)
})

test('the rules hold without an edge: every wrong value has a violation', async () => {
  const user = shop.users.create({ name: ' ', email: 'nobody' }, 0)
  await expect(user).rejects.toMatchObject({
    code: 'invalid_argument',
    details: { violations: [{ field: 'id' }, { field: 'name' }, { field: 'email' }] },
  })
  const order = shop.orders.place({ userId: 1, items: [{ productId: 0, quantity: 1_001 }] }, 'a b')
  await expect(order).rejects.toMatchObject({
    details: {
      violations: [
        { field: 'items[0].productId' },
        { field: 'items[0].quantity' },
        { field: 'idempotencyKey' },
      ],
    },
  })
  await expect(shop.users.create({ name: 'Eve', email: 'eve@example.com' }, 1)).rejects.toMatchObject({
    details: { reason: 'user_exists' },
  })
})
