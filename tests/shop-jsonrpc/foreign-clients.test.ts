import { once } from 'node:events'
import { JSONRPCClient } from 'json-rpc-2.0'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { useLab } from '../support/lab.ts'
import { post } from './rpc.ts'

const lab = useLab(['shop-jsonrpc'])
const address = () => lab.service('shop-jsonrpc').address()

test('json-rpc-2.0 of npm calls over HTTP', async () => {
  const client = new JSONRPCClient(async (payload) => {
    const response = await post(address(), JSON.stringify(payload))
    if (response.status === 200) client.receive(JSON.parse(await response.text()))
  })
  expect(await client.request('getUser', { id: 123 })).toMatchObject({ name: 'John Doe' })
  client.notify('update', [1])
  await expect(client.request('getUser', [7])).rejects.toMatchObject({ code: -32_005 })
  const requests = [1, 2].map((id) => ({ jsonrpc: '2.0' as const, id, method: 'sum', params: [id, id] }))
  expect(await client.requestAdvanced(requests)).toMatchObject([{ result: 2 }, { result: 4 }])
})

test('json-rpc-2.0 of npm calls over a WebSocket, many at a time', async () => {
  const { host, port } = address()
  const socket = new WebSocket(`ws://${host}:${port}/rpc`)
  await once(socket, 'open')
  const client = new JSONRPCClient((payload) => socket.send(JSON.stringify(payload)))
  socket.on('message', (data) => client.receive(JSON.parse(String(data))))
  const sums = Array.from({ length: 200 }, (_, i) => client.request('sum', [i, 1]))
  expect(await Promise.all(sums)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1))
  socket.terminate()
})
