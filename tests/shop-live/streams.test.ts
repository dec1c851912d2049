import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { until } from '../support/lab.ts'
import { handshake, opcode, RawPeer } from '../ws-echo/raw-peer.ts'
import { Peer, type Problem, Stream, useShop } from './support/shop.ts'

const streamsMax = 3
const shop = useShop({ KEEPALIVE_MS: '300', STREAMS_MAX: String(streamsMax), EVENTS_KEPT_MAX: '50' })

const untilSeqs = (of: () => readonly number[], wanted: readonly number[]) =>
  until(() => of().join() === wanted.join(), `the events ${wanted}`)
const seqsOf = (peer: Peer) => peer.messages.map(({ seq }) => seq)

describe('an event stream', () => {
  test('has its head and retry at once, each event as id and data, comments in between', async () => {
    using stream = await Stream.open(shop.live())
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
    expect(stream.response.headers.get('cache-control')).toBe('no-store')
    expect(stream.response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    await until(() => /^retry: 2000\n\n(:\n\n)+$/.test(stream.text), 'a comment comes')
    await shop.placeOrders(2)
    await untilSeqs(() => stream.seqs, [1, 2])
    const events = stream.text.split('\n\n').filter((block) => block.startsWith('id'))
    for (const [i, event] of events.entries()) {
      const [id, data, ...more] = event.split('\n')
      expect([id, more]).toEqual([`id: ${i + 1}`, []])
      expect(JSON.parse(data?.replace(/^data: /, '') ?? '')).toMatchObject({ seq: i + 1 })
    }
    const polled = await (await shop.get('/events?after=0')).json()
    expect(events.map((event) => JSON.parse(event.split('\ndata: ')[1] ?? ''))).toEqual(
      (polled as { events: unknown }).events,
    )
  })

  test('goes on after Last-Event-ID, which wins over the query', async () => {
    await shop.placeOrders(4)
    using stream = await Stream.open(shop.live(), '?after=1', { 'Last-Event-ID': '3' })
    await untilSeqs(() => stream.seqs, [4])
    using whole = await Stream.open(shop.live(), '?after=0')
    await untilSeqs(() => whole.seqs, [1, 2, 3, 4])
  })

  test.each([
    ['an empty Last-Event-ID', '', { 'Last-Event-ID': '' }, 400, 'Last-Event-ID'],
    ['two in one Last-Event-ID', '', { 'Last-Event-ID': '7,8' }, 400, 'Last-Event-ID'],
    ['two numbers', '?after=1&after=1', {}, 400, 'after'],
    ['a number that is none', '?after=x', { 'Last-Event-ID': '0' }, 400, 'after'],
    ['a number in the future', '?after=5', {}, 416, undefined],
    ['a Last-Event-ID in the future', '?after=0', { 'Last-Event-ID': '5' }, 416, undefined],
  ])('is refused for %s', async (_what, query, headers, status, field) => {
    const response = await shop.get(`/events/stream${query}`, { headers })
    const { errors } = (await response.json()) as Problem
    expect([response.status, errors?.[0]?.field]).toEqual([status, field])
  })

  test('HEAD has the head of a stream and no stream', async () => {
    const response = await shop.get('/events/stream?after=0', { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(response.headers.get('content-type')).toBe('text/event-stream')
  })
})

describe('a WebSocket', () => {
  test('gets each event as a text, and nothing else', async () => {
    await shop.placeOrders(2)
    using peer = new Peer(shop.live(), '?after=1')
    await untilSeqs(() => seqsOf(peer), [2])
    using later = new Peer(shop.live(), '')
    await later.opened()
    await shop.placeOrders(1)
    await untilSeqs(() => seqsOf(peer), [2, 3])
    await untilSeqs(() => seqsOf(later), [3])
    const { events } = (await (await shop.get('/events?after=1')).json()) as { events: unknown }
    expect(peer.messages).toEqual(events)
  })

  test('is agreed on with an id, without compression and subprotocol', async () => {
    using peer = new Peer(shop.live(), '', { headers: { 'X-Request-Id': 'mine' } })
    const [response] = await once(peer.socket, 'upgrade')
    expect(response.statusCode).toBe(101)
    expect(response.headers).toMatchObject({ 'x-request-id': 'mine' })
    expect(response.headers).not.toHaveProperty('sec-websocket-extensions')
    const { host, port } = shop.live().address()
    using other = await RawPeer.connect({ host, port })
    other.write(handshake({ 'Sec-WebSocket-Protocol': 'a, a,' }, 'GET /events/ws HTTP/1.1'))
    const head = await other.head()
    expect([head.status, head.headers.get('sec-websocket-protocol')]).toEqual([101, null])
  })

  test.each([
    ['text', 'hello'],
    ['binary', Buffer.from('hello')],
    ['an empty text', ''],
  ])('that sends %s is closed with 1003', async (_what, message) => {
    using peer = new Peer(shop.live(), '?after=0')
    await peer.opened()
    peer.socket.send(message)
    expect(await peer.closed).toEqual([1003, 'invalid_argument'])
  })

  test.each([
    ['?after=x', {}, 4400, 'invalid_argument'],
    ['?after=1&after=1', {}, 4400, 'invalid_argument'],
    ['?after=', {}, 4400, 'invalid_argument'],
    ['', { 'Last-Event-ID': '7,8' }, 4400, 'invalid_argument'],
    ['?access_token=x', {}, 4401, 'unauthenticated'],
    ['', { Authorization: 'Bearer x' }, 4401, 'unauthenticated'],
    ['?after=9', {}, 4416, 'after_in_future'],
  ])('%s with %o is closed with %i', async (query, headers, code, reason) => {
    using peer = new Peer(shop.live(), query, { headers })
    await peer.opened()
    expect(await peer.closed).toEqual([code, reason])
    expect(peer.messages).toEqual([])
  })

  test('whose number is gone is closed with 4410', async () => {
    await shop.postgres.psql(`update feed set seq = 100; insert into events
      select n, 'user.deleted', now(), '{"createdAt": "2024-01-01T00:00:00.000Z"}' from generate_series(51, 100) n`)
    using peer = new Peer(shop.live(), '?after=49')
    expect(await peer.closed).toEqual([4410, 'events_gone'])
    using good = new Peer(shop.live(), '?after=50')
    await until(() => good.messages.length === 50, 'those that are kept come')
  })

  test('answers pings, is pinged, and is ended where no pong comes', async () => {
    using peer = new Peer(shop.live(), '?after=0')
    await peer.opened()
    peer.socket.ping('hi')
    const [data] = await once(peer.socket, 'pong')
    expect(String(data)).toBe('hi')
    await once(peer.socket, 'ping')
    await once(peer.socket, 'ping')
    expect(peer.socket.readyState).toBe(peer.socket.OPEN)
    using silent = await RawPeer.connect(shop.live().address())
    silent.write(handshake({}, 'GET /events/ws HTTP/1.1'))
    await silent.head()
    expect((await silent.frame()).opcode).toBe(opcode.ping)
    await silent.rest()
  })

  test('plain requests and wrong handshakes are told to upgrade', async () => {
    const plain = await shop.get('/events/ws')
    expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket'])
    expect(((await plain.json()) as Problem).code).toBe('unimplemented')
    for (const headers of [{ 'Sec-WebSocket-Version': '8' }, { 'Sec-WebSocket-Key': 'short' }]) {
      using peer = await RawPeer.connect(shop.live().address())
      peer.write(handshake(headers, 'GET /events/ws HTTP/1.1'))
      const { status, headers: answer } = await peer.head()
      expect([status, answer.get('sec-websocket-version')]).toEqual([426, '13'])
    }
    using elsewhere = await RawPeer.connect(shop.live().address())
    elsewhere.write(handshake({}, 'GET /events HTTP/1.1'))
    expect((await elsewhere.head()).status).toBe(200)
    using nowhere = await RawPeer.connect(shop.live().address())
    nowhere.write(handshake({}, 'GET /ws HTTP/1.1'))
    expect((await nowhere.head()).status).toBe(404)
  })
})

test('beyond STREAMS_MAX, whatever the means, one more is 503 with Retry-After, until a place is free', async () => {
  using stream = await Stream.open(shop.live(), '?after=0')
  using peer = new Peer(shop.live(), '?after=0')
  using another = new Peer(shop.live(), '?after=0')
  await Promise.all([peer.opened(), another.opened()])
  for (const path of ['/events/stream', '/events?wait=60']) {
    const refused = await shop.get(path)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect((await refused.json()) as Problem).toMatchObject({ code: 'unavailable' })
  }
  using late = new Peer(shop.live(), '')
  const [, response] = await once(late.socket, 'unexpected-response')
  expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1'])
  // Polls that do not wait need no place.
  expect((await shop.get('/events?after=0')).status).toBe(200)
  another.socket.close()
  await another.closed
  const isRefused = async () => {
    using next = await Stream.open(shop.live(), '?after=0')
    return next.response.status === 503
  }
  await until(async () => !(await isRefused()), 'there is a place again')
  const client = new AbortController()
  const { signal } = client
  const polls = async () => {
    while ((await shop.get('/events?after=0&wait=60', { signal })).status === 503);
  }
  const waiting = polls().catch(() => 'gone')
  await until(isRefused, 'a poll that waits has the place')
  client.abort()
  expect(await waiting).toBe('gone')
  await until(async () => !(await isRefused()), 'the place is free again')
  expect(stream.response.status).toBe(200)
})
