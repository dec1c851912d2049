import { createShopLiveClient, type FeedMeans, type ShopEvent } from '@polyservice-lab/clients'
import { expect, test } from 'vitest'
import { until } from '../support/lab.ts'
import { Peer, Stream, useShop } from './support/shop.ts'

const replicas = 2
const shop = useShop({}, replicas)

const allMeans: readonly FeedMeans[] = ['polling', 'long-polling', 'sse', 'websocket']
const quick = { pauseMs: 50, waitS: 2 }
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

const clientOf = (i: number) =>
  createShopLiveClient({
    ...shop.live(i % replicas).address(),
    retries: { retriesMax: 1_000, delayMs: 20, delayMsMax: 200 },
  })

/** Follows the feed to an event, and tells what came. */
async function follow(i: number, means: FeedMeans, last: number, signal?: AbortSignal): Promise<number[]> {
  const seqs: number[] = []
  for await (const { seq } of clientOf(i).events({ ...quick, means, after: 0, signal })) {
    seqs.push(seq)
    if (seq === last) break
  }
  return seqs
}

test('each means tells of each event once and in order, also where many write', async () => {
  const count = 60
  const readers = allMeans.flatMap((means) => upTo(replicas).map((i) => follow(i, means, count)))
  await Promise.all(
    upTo(6).map(async () => {
      await shop.placeOrders(count / 6)
    }),
  )
  for (const seqs of await Promise.all(readers)) expect(seqs).toEqual(upTo(count))
}, 120_000)

test('a reader may go on by another means, and at another replica', async () => {
  await shop.placeOrders(12)
  const seen: ShopEvent[] = []
  for (const [i, means] of [...allMeans, ...allMeans].entries()) {
    let left = 2
    for await (const event of clientOf(i).events({ ...quick, means, after: seen.at(-1)?.seq ?? 0 })) {
      seen.push(event)
      left -= 1
      if (left === 0) break
      if (event.seq === 12) break
    }
    if (seen.length >= 12) break
  }
  expect(seen.map(({ seq }) => seq)).toEqual(upTo(12))
})

test('without a number, only what comes later is told', async () => {
  await shop.placeOrders(3)
  const readers = allMeans.map((means) => clientOf(0).events({ ...quick, means }))
  const nexts = readers.map((reader) => reader.next())
  const ended = new AbortController()
  // Orders until all have seen one: where each of them begins is not known here.
  const writing = (async () => {
    while (!ended.signal.aborted) await shop.placeOrders(1)
  })()
  const firsts = await Promise.all(nexts)
  ended.abort()
  await writing
  for (const { value } of firsts) expect(value?.seq).toBeGreaterThan(3)
  for (const reader of readers) await reader.return()
})

test.each([
  ['is restarted', (i: number) => shop.live(i).restart({ timeout: 10_000 })],
  [
    'is killed and started again',
    async (i: number) => {
      await shop.live(i).kill()
      await shop.live(i).start()
    },
  ],
])(
  'a shop-live that %s loses and repeats nothing for its readers',
  async (_what, restart) => {
    const count = 40
    const readers = allMeans.map((means) => follow(0, means, count))
    await shop.placeOrders(count / 4)
    const restarted = restart(0)
    await shop.placeOrders(count / 2)
    await restarted
    await shop.placeOrders(count / 4)
    for (const seqs of await Promise.all(readers)) expect(seqs).toEqual(upTo(count))
  },
  120_000,
)

test('the client says why there is nothing to follow', async () => {
  for (const means of allMeans) {
    const future = createShopLiveClient(shop.live().address()).events({ means, after: 7 })
    await expect(future.next()).rejects.toMatchObject({ code: 'out_of_range', reason: 'after_in_future' })
    const denied = createShopLiveClient({ ...shop.live().address(), token: 'x' }).events({ means, after: 0 })
    await expect(denied.next()).rejects.toMatchObject({ code: 'unauthenticated' })
    const cancelled = new AbortController()
    const { signal } = cancelled
    const waiting = createShopLiveClient(shop.live().address()).events({ means, after: 0, signal }).next()
    cancelled.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
  }
})

test('at SIGTERM polls that wait are answered, streams end after a whole event, WebSockets close with 1001', async () => {
  await shop.placeOrders(3)
  const live = shop.live(1)
  using stream = await Stream.open(live, '?after=0')
  using peer = new Peer(live, '?after=0')
  await until(() => stream.seqs.length === 3 && peer.messages.length === 3, 'both have read')
  const { host, port } = live.address()
  const waiting = fetch(`http://${host}:${port}/events?after=3&wait=60`)
  await until(async () => (await live.metric('lab_requests_in_flight')) >= 2, 'a poll waits')
  await live.signal('SIGTERM')
  const answer = await waiting
  expect([answer.status, await answer.json()]).toEqual([200, { events: [], next: 3, last: 3 }])
  await stream.ended
  expect(stream.text.endsWith('\n\n')).toBe(true)
  expect(await peer.closed).toEqual([1001, 'unavailable'])
  expect(await live.exitCode()).toBe(0)
  await live.start()
})
