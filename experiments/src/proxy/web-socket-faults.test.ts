import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { FaultInput } from './fault.ts'
import { startFaultProxy } from './fault-proxy.ts'

/** An echo behind a proxy, and how its sessions ended as the server saw it. */
async function echoBehind(fault: FaultInput) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const closes: number[] = []
  server.on('connection', (socket) => {
    socket.on('message', (data, binary) => socket.send(data, { binary }))
    socket.on('close', (code) => closes.push(code))
    socket.on('error', () => {})
  })
  const { port } = server.address() as AddressInfo
  const proxy = await startFaultProxy({
    upstream: { host: '127.0.0.1', port },
    protocol: 'websocket',
    faults: [fault],
  })
  onTestFinished(async () => {
    for (const socket of server.clients) socket.terminate()
    server.close()
    await proxy[Symbol.asyncDispose]()
  })
  return { proxy, closes }
}

/** Sends messages one after the other until the connection ends. */
async function converse(port: number, messages: readonly string[]) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`)
  const replies: string[] = []
  socket.on('error', () => {})
  socket.on('open', () => socket.send(messages[0] ?? ''))
  socket.on('message', (data) => {
    replies.push(String(data))
    const next = messages[replies.length]
    if (next === undefined) socket.close(1000)
    else socket.send(next)
  })
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
  return { replies, code, reason: reason.toString() }
}

const large = 'x'.repeat(70_000)

test.each([
  { name: 'a code and its reason', code: 4001, reason: 'enough', seen: 4001 },
  { name: 'no code: the client sees 1005', code: 'none', reason: '', seen: 1005 },
  { name: 'no Close at all: the client sees 1006', code: 'abrupt', reason: '', seen: 1006 },
] as const)('closes towards the client after message 2 with $name', async ({ code, reason, seen }) => {
  const { proxy } = await echoBehind({
    kind: 'close-websocket',
    towards: 'client',
    message: 2,
    code,
    reason,
  })
  const end = await converse(proxy.port, ['one', large, 'three'])
  expect(end).toEqual({ replies: ['one', large], code: seen, reason })
  expect(proxy.log.find(({ what }) => what === 'fault')).toMatchObject({ kind: 'close-websocket' })
})

test('closes towards the server with a masked frame that it understands', async () => {
  const { proxy, closes } = await echoBehind({
    kind: 'close-websocket',
    towards: 'server',
    message: 1,
    code: 4002,
    reason: 'bye',
  })
  await converse(proxy.port, ['one', 'two'])
  await expect.poll(() => closes).toEqual([4002])
})

test('cut: half of a message is no message', async () => {
  const { proxy } = await echoBehind({ kind: 'cut', towards: 'client', message: 2 })
  expect(await converse(proxy.port, ['one', 'two', 'three'])).toMatchObject({ replies: ['one'], code: 1006 })
})

test('one byte at a time is still the same conversation', async () => {
  const { proxy } = await echoBehind({ kind: 'bytewise', towards: 'client' })
  expect(await converse(proxy.port, ['one', 'two'])).toMatchObject({ replies: ['one', 'two'], code: 1000 })
})
