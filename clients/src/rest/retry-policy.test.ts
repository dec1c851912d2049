import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { RetryOptions } from '../core/call-options.ts'
import { retryAfterMs } from '../core/retries.ts'
import type { WireEvent } from '../core/wire.ts'
import { createApiClient } from './api-client.ts'

type Answer = readonly [status: number, headers?: Record<string, string>] | 'reset'

/** A server that gives these answers, and then 200 for ever. */
function answering(answers: readonly Answer[]) {
  const left = [...answers]
  let seen = 0
  const server = createServer((request, response) => {
    seen += 1
    const next = left.shift() ?? [200]
    if (next === 'reset') request.socket.resetAndDestroy()
    else response.writeHead(...next).end()
  })
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const listen = async (port = 0): Promise<number> => {
    await once(server.listen(port, '127.0.0.1'), 'listening')
    return (server.address() as AddressInfo).port
  }
  return { listen, seen: () => seen }
}

const quick: RetryOptions = { delayMs: 1 }
const hour = { 'retry-after': '3600' }
const now = { 'retry-after': '0' }

test.for<[name: string, method: string, answers: Answer[], status: number, seen: number]>([
  ['a GET after 503', 'GET', [[503], [503]], 200, 3],
  ['a DELETE after 502 and 504', 'DELETE', [[502], [504]], 200, 3],
  ['a GET whose connection was reset', 'GET', ['reset'], 200, 2],
  ['a POST that was refused unread, when Retry-After says so', 'POST', [[429, now]], 200, 2],
  ['no POST after 503', 'POST', [[503]], 503, 1],
  ['no PATCH after 503', 'PATCH', [[503]], 503, 1],
  ['no GET after 404', 'GET', [[404]], 404, 1],
  ['no GET whose Retry-After is beyond its deadline', 'GET', [[503, hour]], 503, 1],
])('repeats %s', async ([, method, answers, status, seen]) => {
  const server = answering(answers)
  const api = createApiClient({ port: await server.listen(), retries: quick })
  expect((await api.request(method, '/')).status).toBe(status)
  expect(server.seen()).toBe(seen)
})

test('does not repeat a POST whose connection was reset: it may have been done', async () => {
  const server = answering(['reset'])
  const api = createApiClient({ port: await server.listen(), retries: quick })
  await expect(api.post('/', { json: {} })).rejects.toMatchObject({ code: 'unavailable' })
  expect(server.seen()).toBe(1)
})

test('repeats a POST that nobody took, and tells of each retry', async () => {
  const port = await freePort()
  const server = answering([])
  const events: WireEvent[] = []
  const { promise: retried, resolve } = Promise.withResolvers<void>()
  const onWire = (event: WireEvent) => {
    events.push(event)
    if (event.retry?.number === 3) resolve()
  }
  const call = createApiClient({ port, retries: { ...quick, retriesMax: 1_000 }, onWire }).post('/')
  await retried
  await server.listen(port)
  expect((await call).status).toBe(200)
  expect(server.seen()).toBe(1)
  expect(new Set(events.map(({ exchange }) => exchange)).size).toBe(1)
  expect(events.find(({ retry }) => retry)?.text).toMatch(
    /^retry 1 in \d+ ms: unavailable: nobody listens at /,
  )
})

test('does nothing of that by default', async () => {
  const server = answering([[503]])
  const api = createApiClient({ port: await server.listen() })
  expect((await api.get('/')).status).toBe(503)
})

test('reads Retry-After in seconds and as a date', () => {
  const at = Date.parse('Sat, 01 Jan 2028 00:00:00 GMT')
  const read = (value: string) => retryAfterMs(value, at)
  expect(read('7')).toBe(7_000)
  expect(read('Sat, 01 Jan 2028 00:00:30 GMT')).toBe(30_000)
  expect(read('Fri, 31 Dec 2027 23:59:59 GMT')).toBe(0)
  expect(read('soon')).toBeUndefined()
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
