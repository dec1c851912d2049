import { LabError, type ShopRestClient } from '@polyservice-lab/clients'
import {
  ShopRestContainer,
  type StartedPostgres,
  type StartedShopRestContainer,
  startPostgres,
} from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../support/lab.ts'

const eventsKeptMax = 1_000
const replicasMax = 2
const writersMax = 50
/** A call that takes longer counts as unanswered; twice what the contract has, for machines that are busy. */
const patienceMs = 10_000

let postgres: StartedPostgres
let replicas: readonly StartedShopRestContainer[] = []

beforeAll(async () => {
  postgres = await startPostgres()
  // All at once on a database that is new.
  replicas = await Promise.all(
    Array.from({ length: replicasMax }, () =>
      new ShopRestContainer()
        .withEnvironment({ EVENTS_KEPT_MAX: String(eventsKeptMax) })
        .withPostgres(postgres)
        .start(),
    ),
  )
}, 180_000)

afterAll(async () => {
  for (const replica of replicas) await replica.stop()
  await postgres?.stop()
})

beforeEach(() => replicas[0]?.reset())

const clientOf = (i: number, options = {}): ShopRestClient => {
  const replica = replicas[i % replicasMax]
  if (replica === undefined) throw new Error('there is no replica')
  return replica.client({ timeoutMs: 20_000, ...options })
}
const one = [{ productId: 301, quantity: 1 }]
const reasonOf = (error: unknown) => (error instanceof LabError ? (error.reason ?? error.code) : error)
const readiness = (replica: StartedShopRestContainer) =>
  fetch(`${replica.adminUrl()}/readyz`).then(({ status }) => status)
const untilAll = (status: number) =>
  until(async () => (await Promise.all(replicas.map(readiness))).every((s) => s === status), `${status}`)

test('what one replica wrote, the other reads, and takes its tokens and cursors', async () => {
  const [a, b] = [clientOf(0), clientOf(1)]
  const user = await a.createUser({ name: 'Dora', email: 'dora@example.com' })
  expect(await b.getUser(user.id)).toEqual(user)
  const { next } = await a.findProducts({ limit: 2, cursor: '' })
  expect((await b.findProducts({ limit: 2, cursor: next ?? '' })).items.map(({ id }) => id)).toEqual([
    303, 304,
  ])
  const token = await a.logIn('admin', 'password')
  expect((await clientOf(1, { token }).getUser(user.id)).id).toBe(user.id)
})

test('50 writers leave a feed without gaps, in the order of their changes', async () => {
  let acknowledged = 0
  const refusals = new Set<unknown>()
  // On a machine that is busy with other work, some may be told to come again; nothing else may be seen.
  const attempt = <T>(call: Promise<T>) =>
    call.then(
      (value) => {
        acknowledged += 1
        return value
      },
      (error: unknown) => {
        refusals.add(reasonOf(error))
        return undefined
      },
    )
  const write = async (i: number) => {
    const client = clientOf(i)
    const user = await attempt(client.createUser({ name: `Writer ${i}`, email: `writer-${i}@example.com` }))
    const order = await attempt(client.placeOrder({ userId: user?.id ?? 1, items: one }))
    await attempt(client.cancelOrder(order?.id ?? 101))
    await attempt(client.updateUser(1, { name: `Alice ${i}` }))
    // A change that is none has no event, and a refusal takes no number with it.
    await client.updateUser(2, { name: 'Bob' }).catch((error) => refusals.add(reasonOf(error)))
    await client
      .createUser({ name: 'X', email: 'bob@example.com' })
      .catch((error) => refusals.add(reasonOf(error)))
  }
  await Promise.all(Array.from({ length: writersMax }, (_, i) => write(i)))

  refusals.delete('unavailable')
  expect([...refusals]).toEqual(['email_taken'])
  const numbers = (await postgres.psql('select min(seq), max(seq), count(*) from events'))
    .split('|')
    .map(Number)
  const [first, last, count] = numbers
  expect([first, last]).toEqual([1, count])
  // Each acknowledged change has an event; cancelling the same order again is none.
  expect(count).toBeGreaterThanOrEqual(writersMax)
  expect(count).toBeLessThanOrEqual(4 * writersMax)
  const versions = await postgres.psql(
    `select string_agg(data->>'version', ',' order by seq) from events
      where type = 'user.updated' and (data->>'id')::int = 1`,
  )
  const seen = versions.split(',').map(Number)
  expect(seen).toEqual(seen.map((_, i) => i + 2))
  expect((await clientOf(0).getUser(1)).version).toBe(seen.length + 1)
  expect(acknowledged).toBeGreaterThan(writersMax)
})

test('the newest events are kept, and no more than that', async () => {
  await postgres.psql(`update feed set seq = 5000`)
  await postgres.psql(
    `insert into events select n, 'user.updated', now(), '{}' from generate_series(3001, 5000) n`,
  )
  await clientOf(0).createUser({ name: 'Dora', email: 'dora@example.com' })
  expect(await postgres.psql('select min(seq), max(seq), count(*) from events')).toBe('4002|5001|1000')
})

test('of many changes at once with one ETag one succeeds', async () => {
  const { etag } = await clientOf(0).getUser(2)
  const changes = Array.from({ length: 20 }, (_, i) =>
    clientOf(i)
      .updateUser(2, { name: `Bob ${i}` }, { ifMatch: etag })
      .then(() => 'ok', reasonOf),
  )
  const outcomes = await Promise.all(changes)
  expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(1)
  expect(new Set(outcomes)).toEqual(new Set(['ok', 'version_mismatch']))
  expect((await clientOf(1).getUser(2)).version).toBe(2)
})

test('many requests at once with one idempotency key place one order', async () => {
  const place = (i: number) => clientOf(i).placeOrder({ userId: 1, items: one }, { idempotencyKey: 'once' })
  const orders = await Promise.all(Array.from({ length: 20 }, (_, i) => place(i)))
  expect(new Set(orders.map(({ id }) => id)).size).toBe(1)
  expect((await clientOf(1).findOrders({ userId: 1 })).total).toBe(2)
  expect(await postgres.psql('select count(*) from events')).toBe('1')
  // The first answer stays what it was, when the order is another one.
  await clientOf(0).cancelOrder(orders[0]?.id ?? 0)
  expect((await place(0)).status).toBe('placed')
})

test('a key is forgotten in time, and a refused request leaves its key unused', async () => {
  const place = (productId: number) =>
    clientOf(0).placeOrder({ userId: 1, items: [{ productId, quantity: 1 }] }, { idempotencyKey: 'key' })
  await expect(place(999)).rejects.toMatchObject({ reason: 'product_not_found' })
  const first = await place(301)
  await expect(place(302)).rejects.toMatchObject({ reason: 'idempotency_key_reused' })
  await postgres.psql(`update "idempotencyKeys" set "placedAt" = now() - interval '25 hours'`)
  expect((await place(302)).id).not.toBe(first.id)
})

test('orders and the deletion of their user at once leave no order without a user', async () => {
  const { id } = await clientOf(0).createUser({ name: 'Dora', email: 'dora@example.com' })
  const orders = Array.from({ length: 10 }, (_, i) =>
    clientOf(i)
      .placeOrder({ userId: id, items: one })
      .then(() => 'ok', reasonOf),
  )
  const deletion = clientOf(1)
    .deleteUser(id)
    .then(() => 'deleted', reasonOf)
  const placed = (await Promise.all(orders)).filter((outcome) => outcome === 'ok').length
  expect(await deletion).toBe(placed === 0 ? 'deleted' : 'user_has_orders')
  expect((await clientOf(0).findOrders({ userId: id })).total).toBe(placed)
})

test('an id that is in use is skipped', async () => {
  await postgres.psql(`insert into users select n, 'X', 'X', n || '@x.cc', n || '@X.CC', 'user', now(), 1
    from generate_series(124, 126) n`)
  expect((await clientOf(0).createUser({ name: 'Dora', email: 'dora@example.com' })).id).toBe(127)
})

describe.each([
  ['is killed', () => postgres.kill(), () => postgres.start()],
  ['is frozen', () => postgres.pause(), () => postgres.unpause()],
] as const)('under load, PostgreSQL %s and comes back', (_name, takeAway, bringBack) => {
  test('calls are refused as unavailable in time, and nothing acknowledged is lost', async () => {
    const acknowledged: string[] = []
    const refusals = new Set<unknown>()
    const isDone = new AbortController()
    const writers = Array.from({ length: 8 }, async (_, i) => {
      while (!isDone.signal.aborted) {
        const email = `${crypto.randomUUID()}@example.com`
        await clientOf(i, { timeoutMs: patienceMs })
          .createUser({ name: 'Writer', email })
          .then(
            () => acknowledged.push(email),
            (error: unknown) => refusals.add(reasonOf(error)),
          )
      }
    })
    await until(() => acknowledged.length > 10, 'users are created')
    await takeAway()
    await until(() => refusals.size > 0, 'calls are refused')
    await untilAll(503)
    const { host, port } = (replicas[0] as StartedShopRestContainer).address()
    const answer = await fetch(`http://${host}:${port}/api/v2/users/1`)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    await bringBack()
    await untilAll(200)
    const before = acknowledged.length
    await until(() => acknowledged.length > before + 10, 'users are created again')
    isDone.abort()
    await Promise.all(writers)

    expect([...refusals]).toEqual(['unavailable'])
    for (const email of acknowledged) expect((await clientOf(1).findUsers({ email })).total).toBe(1)
    const [newest, count] = (await postgres.psql('select max(seq), count(*) from events')).split('|')
    expect(Number(count)).toBe(Math.min(Number(newest), eventsKeptMax))
  }, 120_000)
})

test('a token of SHOP_JWT_SECRET is that of every service with the same secret', async () => {
  const secret = 'a secret of thirty-two bytes or more'
  const own = await new ShopRestContainer()
    .withEnvironment({ SHOP_JWT_SECRET: secret })
    .withPostgres(postgres)
    .start()
  try {
    const token = await own.client().logIn('admin', 'password')
    expect((await own.client({ token }).getUser(1)).id).toBe(1)
    await expect(clientOf(0, { token }).getUser(1)).rejects.toMatchObject({ code: 'unauthenticated' })
  } finally {
    await own.stop()
  }
})
