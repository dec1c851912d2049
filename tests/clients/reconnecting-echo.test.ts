import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createEchoClient, type WireEvent } from '@polyservice-lab/clients'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'

/** An echo that ends each connection after some replies, and lets only so many connections in. */
async function brittleEcho(repliesPerConnection: number, connectionsMax = Number.POSITIVE_INFINITY) {
  let connections = 0
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (socket) => {
    connections += 1
    if (connections > connectionsMax) return socket.close(1013)
    let left = repliesPerConnection
    socket.on('message', (message) => {
      for (let i = 1; i <= 5 && left > 0; i++) {
        left -= 1
        socket.send(`${i} ${message}`)
      }
      if (left === 0) socket.close(1001)
    })
  })
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of server.clients) socket.terminate()
  })
  return { port: (server.address() as AddressInfo).port, connections: () => connections }
}

const five = (message: string) => [1, 2, 3, 4, 5].map((i) => `${i} ${message}`)
const retries = { delayMs: 1, retriesMax: 3 }

test('what was answered in part is sent again, and what had come already is dropped', async () => {
  const { port, connections } = await brittleEcho(7)
  await using session = await createEchoClient({ port, retries }).connect()
  const messages = ['a', 'b', 'c', 'd']
  await Promise.all(messages.map((message) => session.send(message)))
  const replies: unknown[] = []
  for await (const reply of session.replies) if (replies.push(reply) === 20) break
  expect(replies).toEqual(messages.flatMap(five))
  expect(connections()).toBeGreaterThan(2)
})

test('one call goes on over another connection too', async () => {
  const { port } = await brittleEcho(6)
  const client = createEchoClient({ port, retries })
  expect([await client.echo('a'), await client.echo('b')]).toEqual([five('a'), five('b')])
})

test('gives up after as many retries without a reply as it may make', async () => {
  const { port, connections } = await brittleEcho(3, 1)
  const events: WireEvent[] = []
  const onWire = (event: WireEvent) => events.push(event)
  await using session = await createEchoClient({ port, retries, onWire }).connect()
  await session.send('a')
  const replies: unknown[] = []
  const reading = (async () => {
    for await (const reply of session.replies) replies.push(reply)
  })()
  await expect(reading).rejects.toMatchObject({ code: 'unavailable', status: 1013 })
  expect(replies).toEqual(five('a').slice(0, 3))
  expect(connections()).toBe(4)
  expect(events.flatMap(({ retry }) => (retry ? [retry.number] : []))).toEqual([1, 2, 3])
})

test.for(['close', 'signal'] as const)('%s ends it while it waits for another connection', async (way) => {
  const { port } = await brittleEcho(3)
  const controller = new AbortController()
  const { promise: waiting, resolve } = Promise.withResolvers<void>()
  const client = createEchoClient({
    port,
    retries: { delayMs: 600_000, delayMsMax: 600_000 },
    onWire: ({ retry }) => retry && resolve(),
  })
  await using session = await client.connect({ signal: controller.signal })
  await session.send('a')
  const reading = (async () => {
    for await (const _reply of session.replies);
  })()
  reading.catch(() => {})
  await waiting
  if (way === 'close') await session.close()
  else controller.abort()
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
})
