import { once } from 'node:events'
import { fromBinary } from '@bufbuild/protobuf'
import type { FeedEvent, ShopGrpcClient } from '@polyservice-lab/clients'
import { ShopService } from '@polyservice-lab/contracts/shop/grpc'
import type { StartedPostgres } from '@polyservice-lab/testcontainers'
import { describe, expect, test } from 'vitest'
import { messageFrame, pathOf, type RawCall } from '../course-grpc/support/raw-client.ts'
import { until } from '../support/lab.ts'
import { fillFeed } from './support/database.ts'
import { type ShopLab, useShopLab } from './support/shop-lab.ts'

const { watchFeed } = ShopService.method

function postgresOf({ service }: ShopLab): StartedPostgres {
  if (service.ownPostgres === undefined) throw new Error('there is no PostgreSQL of its own')
  return service.ownPostgres
}

/** Opens WatchFeed; a stream that is accepted has answered with its headers. */
async function watch({ raw }: ShopLab, after?: bigint): Promise<RawCall> {
  const call = raw.open(pathOf(watchFeed))
  call.stream.on('error', () => {})
  call.stream.end(messageFrame(watchFeed.input, after === undefined ? {} : { after }))
  await once(call.stream, 'response')
  return call
}

const seqs = ({ frames }: RawCall) =>
  frames.map(({ payload }) => Number(fromBinary(watchFeed.output, payload).seq))

async function take(events: AsyncIterator<FeedEvent>, count: number): Promise<FeedEvent[]> {
  const taken: FeedEvent[] = []
  while (taken.length < count) taken.push((await events.next()).value)
  return taken
}

let users = 0
const create = (client: ShopGrpcClient) =>
  client.createUser({ name: 'Dora', email: `dora-${users++}@example.com` })

describe('WatchFeed', () => {
  const lab = useShopLab({ STREAMS_MAX: '5', EVENTS_KEPT_MAX: '1000' })

  test('gives every kind of event, in the order of commit, with what it is about', async () => {
    const events = lab.client.feed({ after: 0 })
    const user = await create(lab.client)
    const renamed = await lab.client.updateUser(user.id, { name: 'Eve' })
    await lab.client.updateUser(user.id, { name: 'Eve' })
    const order = await lab.client.placeOrder({ userId: 1, items: [{ productId: 302, quantity: 1 }] })
    const cancelled = await lab.client.cancelOrder(order.id)
    await lab.client.cancelOrder(order.id)
    await lab.client.deleteUser(user.id)
    const taken = await take(events, 5)
    await events.return?.()
    expect(taken.map(({ seq, type, data }) => [seq, type, data])).toEqual([
      [1, 'user.created', user],
      [2, 'user.updated', renamed],
      [3, 'order.placed', order],
      [4, 'order.cancelled', cancelled],
      [5, 'user.deleted', renamed],
    ])
    expect(taken.map(({ time }) => new Date(time).toISOString())).toEqual(taken.map(({ time }) => time))
  })

  test('answers with metadata at once, and gives what comes from then on', async () => {
    await create(lab.client)
    const call = await watch(lab)
    expect(call.frames).toEqual([])
    await create(lab.client)
    await until(() => call.frames.length === 1, 'the event has come')
    expect(seqs(call)).toEqual([2])
    call.stream.close(8)
    await lab.inFlight(0)
  })

  test('goes on from any number that is kept, and from no other', async () => {
    await fillFeed(postgresOf(lab), 1, 1_000)
    const first = await watch(lab, 0n)
    await until(() => first.frames.length === 1_000, 'all have come')
    await create(lab.client)
    await until(() => first.frames.length === 1_001, 'the new one has come')
    expect(seqs(first)).toEqual(Array.from({ length: 1_001 }, (_, i) => i + 1))
    for (const after of [1, 500, 999, 1_000]) {
      const call = await watch(lab, BigInt(after))
      await until(() => call.frames.length === 1_001 - after, `all after ${after} have come`)
      expect(seqs(call)[0]).toBe(after + 1)
      call.stream.close(8)
    }
    const gone = await lab.raw.unary(watchFeed, { after: 0n })
    expect([gone.status, gone.details.reason]).toEqual([11, 'EVENTS_GONE'])
    first.stream.close(8)
    await lab.inFlight(0)
  })

  test('STREAMS_MAX: one more is UNAVAILABLE, until one ends; other calls go on', async () => {
    const calls: RawCall[] = []
    for (let i = 0; i < 5; i++) calls.push(await watch(lab))
    expect((await lab.raw.unary(watchFeed, {})).status).toBe(14)
    expect((await lab.client.getUser(1)).name).toBe('Alice')
    calls[0]?.stream.close(8)
    await lab.inFlight(4)
    calls.push(await watch(lab))
    for (const { stream } of calls) stream.close(8)
    await lab.inFlight(0)
  })

  test('is told of a reset: what it has seen is in the future again', async () => {
    await create(lab.client)
    const call = await watch(lab, 1n)
    await lab.service.reset()
    expect((await call.ended).status).toBe(11)
  })

  test('ends by its deadline', async () => {
    const { stream, ended } = lab.raw.open(pathOf(watchFeed), { 'grpc-timeout': '300m' })
    stream.end(messageFrame(watchFeed.input, {}))
    expect((await ended).status).toBe(4)
    await lab.inFlight(0)
  })

  test('SIGTERM: ends with UNAVAILABLE at once; a client with retries goes on when the service is back', async () => {
    const call = await watch(lab)
    await using client = lab.service.client({ retries: { retriesMax: 100, delayMsMax: 500 } })
    const events = client.feed({ after: 0 })
    await create(lab.client)
    expect((await take(events, 1)).map(({ seq }) => seq)).toEqual([1])
    const next = take(events, 3)
    const exit = lab.service.exitCode()
    await lab.service.signal('SIGTERM')
    const ended = await call.ended
    expect([ended.status, ended.message]).toEqual([14, 'the server is shutting down'])
    expect(await exit).toBe(0)
    await fillFeed(postgresOf(lab), 2, 3)
    await lab.service.start()
    await using other = lab.service.client()
    await create(other)
    expect((await next).map(({ seq }) => seq)).toEqual([2, 3, 4])
    await events.return?.()
  })
})

describe('a reader who takes nothing', () => {
  const lab = useShopLab({ SEND_TIMEOUT_MS: '1000', BUFFER_BYTES_MAX: '65536' })

  test('is cut off after SEND_TIMEOUT_MS with RESOURCE_EXHAUSTED, and no other', async () => {
    const reader = await watch(lab)
    const sleeper = lab.raw.open(pathOf(watchFeed))
    sleeper.stream.pause()
    sleeper.stream.on('error', () => {})
    sleeper.stream.end(messageFrame(watchFeed.input, { after: 0n }))
    await lab.inFlight(2)
    await fillFeed(postgresOf(lab), 1, 2_000, 1_000)
    await until(
      async () => (await lab.outcomes('WatchFeed', 'resource_exhausted')) === 1,
      'the sleeper is cut off',
    )
    await until(() => reader.frames.length === 2_000, 'the reader has all')
    sleeper.stream.resume()
    await sleeper.ended.catch(() => {})
    // ENHANCE_YOUR_CALM is RESOURCE_EXHAUSTED to clients ("gRPC over HTTP/2", Errors).
    expect(sleeper.stream.rstCode).toBe(11)
    await lab.client.getUser(1)
    reader.stream.close(8)
    await lab.inFlight(0)
  })
})
