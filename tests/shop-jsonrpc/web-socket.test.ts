import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { until, useLab } from '../support/lab.ts'
import { request } from './rpc.ts'

const open: WebSocket[] = []

/** A WebSocket and all that came over it. */
async function connect({ host, port }: { host: string; port: number }, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`ws://${host}:${port}/rpc`, { headers })
  open.push(socket)
  const received: unknown[] = []
  socket.on('message', (data) => received.push(JSON.parse(String(data))))
  const closed = once(socket, 'close').then(([code]) => code as number)
  closed.catch(() => {})
  await once(socket, 'open')
  return { socket, received, closed }
}

afterEach(() => {
  for (const socket of open.splice(0)) socket.terminate()
})

describe('WebSocket', () => {
  const lab = useLab(['shop-jsonrpc'], { BODY_BYTES_MAX: '5000' })
  const address = () => lab.service('shop-jsonrpc').address()

  test('each message is answered by one, and what needs no answer by none', async () => {
    const { socket, received } = await connect(address())
    socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'update', params: [1] }))
    socket.send(request('getUser', [123]))
    socket.send('[1, {"jsonrpc":"2.0","method":"sum","params":[1,2],"id":"b"}]')
    socket.send('{')
    socket.send('[{"jsonrpc":"2.0","method":"update"}]')
    socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'get_data', id: 'last' }))
    await until(() => received.length === 4, 'all that needs an answer has one')
    const invalidRequest = { jsonrpc: '2.0', error: { code: -32_600, message: 'Invalid Request' }, id: null }
    expect(received).toEqual(
      expect.arrayContaining([
        { jsonrpc: '2.0', result: { id: 123, name: 'John Doe', email: 'john@example.com' }, id: 1 },
        [invalidRequest, { jsonrpc: '2.0', result: 3, id: 'b' }],
        { jsonrpc: '2.0', error: { code: -32_700, message: 'Parse error' }, id: null },
        { jsonrpc: '2.0', result: ['hello', 5], id: 'last' },
      ]),
    )
  })

  test('a binary message closes with 1003, one that is too long with 1009', async () => {
    const binary = await connect(address())
    binary.socket.send(Buffer.from(request('sum')))
    expect(await binary.closed).toBe(1003)
    const long = await connect(address())
    long.socket.send(' '.repeat(5000))
    long.socket.send(' '.repeat(5001))
    expect(await long.closed).toBe(1009)
  })

  test('a handshake with a credential that is not valid is refused with 401', async () => {
    const { host, port } = address()
    const socket = new WebSocket(`ws://${host}:${port}/rpc`, { headers: { Authorization: 'Bearer x' } })
    socket.on('error', () => {})
    const [, response] = await once(socket, 'unexpected-response')
    expect(response.statusCode).toBe(401)
    expect(response.headers['www-authenticate']).toBe('Bearer')
    expect(JSON.parse(String((await response.toArray())[0]))).toMatchObject({
      error: { code: -32_016 },
      id: null,
    })
  })

  test('a connection counts once, and its messages by their methods', async () => {
    const service = lab.service('shop-jsonrpc')
    const { socket, received, closed } = await connect(address())
    socket.send(request('get_data'))
    await until(() => received.length === 1, 'it is answered')
    expect(await service.metric('lab_connections')).toBe(1)
    const metrics = await fetch(`${service.adminUrl()}/metrics`).then((response) => response.text())
    expect(metrics).toMatch(/^lab_requests_total\{.*operation="get_data".*outcome="ok".*\} \d+$/m)
    socket.close()
    await closed
    await until(async () => (await service.metric('lab_connections')) === 0, 'nobody is connected')
  })
})

describe('a server that stops', () => {
  const lab = useLab(['shop-jsonrpc'])

  test('answers what has arrived and closes with 1001', async () => {
    const service = lab.service('shop-jsonrpc')
    const { socket, received, closed } = await connect(service.address())
    for (let id = 0; id < 20; id += 1)
      socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'listUsers', id }))
    await until(() => received.length > 0, 'the first one is answered')
    await service.signal('SIGTERM')
    expect(await closed).toBe(1001)
    expect(await service.exitCode()).toBe(0)
    expect(received).toHaveLength(20)
  })
})
