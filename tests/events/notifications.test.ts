import { randomUUID } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { until } from '../support/lab.ts'
import { message, useOutside } from './support/outside.ts'
import { eur, goodCard, useSaga } from './support/use-saga.ts'

vi.setConfig({ testTimeout: 120_000 })

const underTest = useSaga({
  services: ['notifications'],
  environments: { notifications: { STREAM_PING_MS: '500' } },
})
const outside = useOutside(underTest)

/** Tells of orders of a customer, and waits until the notifications are there. @returns their ids */
async function tell(customerId: string, count: number): Promise<number[]> {
  const { items } = await underTest.lab.notifications.listNotifications(customerId, { limit: 1000 })
  for (let i = 0; i < count; i++)
    outside.put(
      'notifications.inbox',
      message('order.placed', randomUUID(), {
        version: 1,
        customerId,
        total: eur(1999),
        cardNumber: goodCard,
      }),
    )
  const ids: number[] = []
  await until(
    async () => {
      const page = await underTest.lab.notifications.listNotifications(customerId, { limit: 1000 })
      ids.splice(0, ids.length, ...page.items.slice(items.length).map(({ id }) => id))
      return ids.length === count
    },
    'the notifications',
    90_000,
  )
  return ids
}

const newCustomer = () => `c-${randomUUID()}`

describe('by SSE', () => {
  test('each comes once and in order, from where the client says, and goes on', async () => {
    const customerId = newCustomer()
    const ids = await tell(customerId, 3)
    const heard: number[] = []
    for await (const { id } of underTest.lab.notifications.notifications(customerId, {
      after: ids[0] ?? 0,
    })) {
      heard.push(id)
      if (heard.length === 2) void tell(customerId, 2)
      if (heard.length === 4) break
    }
    expect(heard.slice(0, 2)).toEqual(ids.slice(1))
    expect(heard).toEqual([...heard].sort((one, other) => one - other))
  })

  test('the header of a client that comes again counts before the parameter, and silence has comments', async () => {
    const customerId = newCustomer()
    const [, second = 0, third] = await tell(customerId, 3)
    const ended = new AbortController()
    const response = await underTest.fetch(
      'notifications',
      `/notifications/stream?customerId=${customerId}&after=0`,
      { headers: { 'Last-Event-ID': String(second) }, signal: ended.signal },
    )
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    let text = ''
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      text += new TextDecoder().decode(chunk)
      if (text.includes('\n\n:')) break
    }
    ended.abort()
    expect(text).toMatch(new RegExp(`^id: ${third}\nevent: notification\ndata: {"id":${third},`))
    expect(text.match(/^id:/gm)).toHaveLength(1)
  })
})

describe('by WebSocket', () => {
  async function open(query: string): Promise<{ socket: WebSocket; heard: number[] }> {
    const { host, port } = underTest.saga.service('notifications').address()
    const socket = new WebSocket(`ws://${host}:${port}/notifications/socket?${query}`)
    const heard: number[] = []
    socket.on('message', (data, isBinary) => {
      expect(isBinary).toBe(false)
      heard.push(JSON.parse(String(data)).id)
    })
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return { socket, heard }
  }

  test('new ones come, or those after an id', async () => {
    const customerId = newCustomer()
    const old = await tell(customerId, 150)
    const news = await open(`customerId=${customerId}`)
    const all = await open(`customerId=${customerId}&after=${old[0]}`)
    const ids = await tell(customerId, 2)
    await until(() => news.heard.length === 2 && all.heard.length === 151, 'both have heard all', 90_000)
    expect(news.heard).toEqual(ids)
    expect(all.heard).toEqual([...old.slice(1), ...ids])
    news.socket.terminate()
    all.socket.terminate()
  })

  test('data of a client closes with 1003', async () => {
    const { socket } = await open(`customerId=${newCustomer()}`)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.send('hello')
    expect(await closed).toBe(1003)
  })
})

test.each([
  ['/notifications', ['customerId']],
  ['/notifications?customerId=ADA&limit=0', ['limit', 'customerId']],
  ['/notifications/stream', ['customerId']],
  ['/notifications/stream?customerId=ada&after=x', ['after']],
  ['/notifications/stream?customerId=ada&customerId=bob', ['customerId']],
  ['/notifications/socket?customerId=', ['customerId']],
  ['/notifications/socket?customerId=ada', ['Upgrade']],
])('GET %s is 422, and names %j', async (path, fields) => {
  const response = await underTest.fetch('notifications', path)
  expect(response.status).toBe(422)
  const { violations } = (await response.json()) as { violations: readonly { readonly field: string }[] }
  expect(violations.map(({ field }) => field)).toEqual(fields)
})

test('a handshake that is wrong is answered before it opens', async () => {
  const { host, port } = underTest.saga.service('notifications').address()
  const socket = new WebSocket(`ws://${host}:${port}/notifications/socket?customerId=ADA`)
  const status = await new Promise((resolve) =>
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode)),
  )
  expect(status).toBe(422)
})
