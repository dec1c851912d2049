import { describe, expect, test } from 'vitest'
import { runToExit } from '../support/docker.ts'
import { until } from '../support/lab.ts'
import { oneMouse, originOf, type Problem, useShop } from './support/shop.ts'

const eventsKeptMax = 5
const shop = useShop({ EVENTS_KEPT_MAX: String(eventsKeptMax) })

interface Part {
  readonly events: readonly { readonly seq: number }[]
  readonly next: number
  readonly last: number
}

async function poll(query: string): Promise<Part> {
  const response = await shop.get(`/events${query}`)
  expect(response.status).toBe(200)
  return (await response.json()) as Part
}

async function problem(path: string, init: RequestInit = {}): Promise<Problem & { readonly status: number }> {
  const response = await shop.get(path, init)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  return { ...((await response.json()) as Problem), status: response.status }
}

/** Resolves when so many readers wait. */
const untilWaiting = (count: number) =>
  until(async () => (await shop.live().metric('lab_requests_in_flight')) >= count, `${count} wait`)

test.each([
  ['after=', ['after']],
  ['after=-1', ['after']],
  ['after=+1', ['after']],
  ['after=01', ['after']],
  ['after=1.5', ['after']],
  ['after=1e1', ['after']],
  ['after=9007199254740992', ['after']],
  ['after=1&after=1', ['after']],
  ['limit=0', ['limit']],
  ['limit=1001', ['limit']],
  ['limit=', ['limit']],
  ['wait=61', ['wait']],
  ['wait=-1', ['wait']],
  ['wait=0.5', ['wait']],
  ['after=x&limit=x&wait=x', ['after', 'limit', 'wait']],
])('the query %s is refused, and names what is wrong', async (query, fields) => {
  const { status, code, errors } = await problem(`/events?${query}`)
  expect([status, code, errors?.map(({ field }) => field)]).toEqual([400, 'invalid_argument', fields])
})

test('an event has its members in order, and one line of JSON', async () => {
  const { id, items, createdAt } = await shop.rest.placeOrder(oneMouse)
  const text = await (await shop.get('/events?after=0')).text()
  const [item] = items
  const data = `{"id":${id},"userId":1,"createdAt":"${createdAt}","status":"placed","items":[{"id":${item?.id},"productId":302,"quantity":1,"unitPrice":25.5}],"totalAmount":25.5}`
  const time = /"time":"(.*?)"/.exec(text)?.[1]
  expect(text).toBe(
    `{"events":[{"seq":1,"type":"order.placed","time":"${time}","data":${data}}],"next":1,"last":1}`,
  )
  const user = await shop.rest.createUser({ name: 'Dora', email: 'dora@example.com' })
  await shop.rest.deleteUser(user.id)
  const { events } = await poll('?after=1')
  const { etag, links, ...members } = user as typeof user & { links: unknown }
  expect(events).toMatchObject([
    { seq: 2, type: 'user.created', data: members },
    { seq: 3, type: 'user.deleted', data: members },
  ])
})

test('a poll gives the oldest events after a number, and says where to go on', async () => {
  expect(await poll('?after=0')).toEqual({ events: [], next: 0, last: 0 })
  await shop.placeOrders(3)
  expect(await poll('')).toEqual({ events: [], next: 3, last: 3 })
  expect(await poll('?after=1&limit=1')).toMatchObject({ events: [{ seq: 2 }], next: 2, last: 3 })
  expect(await poll('?after=0&unknown=1')).toMatchObject({ events: [{}, {}, {}], next: 3, last: 3 })
  expect(await poll('?after=3')).toEqual({ events: [], next: 3, last: 3 })
})

test('an ETag changes with the answer, and what a client has is 304', async () => {
  await shop.placeOrders(1)
  const first = await shop.get('/events?after=0')
  expect(first.headers.get('cache-control')).toBe('no-cache')
  const etag = first.headers.get('etag') ?? ''
  expect(etag).toMatch(/^"[^"]+"$/)
  for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const again = await shop.get('/events?after=0', { headers: { 'If-None-Match': tag } })
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
  }
  await shop.placeOrders(1)
  const later = await shop.get('/events?after=0', { headers: { 'If-None-Match': etag } })
  expect([later.status, later.headers.get('etag') === etag]).toEqual([200, false])
  const waiting = await shop.get('/events?after=0&wait=1', { headers: { 'If-None-Match': etag } })
  expect([waiting.status, waiting.headers.get('etag')]).toEqual([200, null])
})

test('a position that is gone or not there yet says from where it works', async () => {
  await shop.placeOrders(eventsKeptMax + 2)
  const gone = await problem('/events?after=1')
  expect(gone).toMatchObject({ status: 410, code: 'out_of_range', reason: 'events_gone', oldest: 2 })
  expect((await poll(`?after=${gone.oldest}`)).events).toHaveLength(eventsKeptMax)
  const future = await problem('/events?after=8')
  expect(future).toMatchObject({ status: 416, code: 'out_of_range', reason: 'after_in_future', last: 7 })
})

describe('long polling', () => {
  test('is answered at once where there are events', async () => {
    await shop.placeOrders(1)
    expect(await poll('?after=0&wait=60')).toMatchObject({ events: [{ seq: 1 }], next: 1, last: 1 })
  })

  test('waits for the first event, also without a number', async () => {
    await shop.placeOrders(2)
    const polls = ['?after=2&wait=60', '?wait=60', '?after=2&wait=60&limit=1'].map(poll)
    await untilWaiting(3)
    await shop.placeOrders(1)
    for (const part of await Promise.all(polls))
      expect(part).toMatchObject({ events: [{ seq: 3 }], next: 3, last: 3 })
  })

  test('is answered without events when its time is up', async () => {
    expect(await poll('?after=0&wait=1')).toEqual({ events: [], next: 0, last: 0 })
  })

  test('HEAD does not wait', async () => {
    const response = await shop.get('/events?after=0&wait=60', { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
  })

  test('of a client that has gone ends', async () => {
    const client = new AbortController()
    const { signal } = client
    const waiting = shop.get('/events?after=0&wait=60', { signal }).catch(() => 'gone')
    await untilWaiting(1)
    client.abort()
    expect(await waiting).toBe('gone')
    await until(
      async () => (await shop.live().metric('lab_requests_in_flight')) === 0,
      'nobody waits any more',
    )
  })

  test('of a shop that is reset is told that its number is in the future', async () => {
    await shop.placeOrders(2)
    const waiting = shop.get('/events?after=2&wait=60')
    await untilWaiting(1)
    await shop.restContainer.reset()
    expect((await waiting).status).toBe(416)
  })
})

test('other paths and methods are refused, and pages of no other origin may read', async () => {
  for (const path of ['/nothing', '/events/', '/Events', '/events/stream/', '/events%2Fws'])
    expect((await problem(path)).status).toBe(404)
  for (const path of ['/', '/events', '/events/stream', '/events/ws'])
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const response = await shop.get(path, { method })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    }
  const foreign = await shop.get('/events', { headers: { Origin: 'http://example.com' } })
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
})

test('a request keeps its id where it is one, and gets one where not', async () => {
  const idOf = async (id: string) =>
    (await shop.get('/events', { headers: { 'X-Request-Id': id } })).headers.get('x-request-id')
  expect(await idOf('my-id')).toBe('my-id')
  expect(await idOf('two words')).toMatch(/^[0-9a-f-]{36}$/)
})

test('Upgrade: h2c, which the HTTP client of Java sends, gets the normal answer', async () => {
  const url = `${originOf(shop.live())}/events`
  const { stdout } = await runToExit('curl', ['-s', '--http2', '-w', '%{http_code}', url])
  expect(stdout).toBe('{"events":[],"next":0,"last":0}200')
})

test('a wrong token is refused wherever it stands, and a right one is good everywhere', async () => {
  const token = await shop.rest.logIn('admin', 'password')
  const bearer = (text: string) => ({ headers: { Authorization: text } })
  for (const path of ['/events?after=0', '/events/stream?after=0']) {
    for (const init of [bearer('Bearer x'), bearer(`Basic ${token}`), bearer('x')]) {
      const response = await shop.get(path, init)
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    }
    for (const query of ['&access_token=', '&access_token=x', `&access_token=${token}&access_token=x`])
      expect((await shop.get(path + query)).status).toBe(401)
    expect((await shop.get(`${path}&access_token=${token}`, bearer('Bearer x'))).status).toBe(401)
    for (const init of [bearer(`Bearer ${token}`), bearer(`bearer ${token}`)])
      expect((await shop.get(path, { ...init, method: 'HEAD' })).status).toBe(200)
  }
  expect((await poll(`?access_token=${token}`)).events).toEqual([])
  const twice = await problem(`/events?access_token=${token}&access_token=${token}`)
  expect([twice.status, twice.errors?.map(({ field }) => field)]).toEqual([400, ['access_token']])
  expect((await shop.get('/?access_token=x')).status).toBe(200)
})
