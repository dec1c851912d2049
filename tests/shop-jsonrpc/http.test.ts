import { createShopJsonRpcClient } from '@polyservice-lab/clients'
import { describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { answerTo, post, request } from './rpc.ts'

const sum = request('sum', [1, 2])

describe('HTTP', () => {
  const lab = useLab(['shop-jsonrpc'], { BODY_BYTES_MAX: '2000' })
  const address = () => lab.service('shop-jsonrpc').address()
  const url = (path: string) => `http://${address().host}:${address().port}${path}`
  const failureOf = async (response: Response) => {
    const { error, id } = (await response.json()) as { error: { code: number; data: unknown }; id: unknown }
    expect(id).toBeNull()
    return [response.status, error.code, error.data]
  }

  test.each(['/', '/rpc', '/rpc?x=1'])('a request to %s is answered as JSON', async (path) => {
    const response = await post(address(), sum, { 'X-Request-Id': 'mine' }, path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('x-request-id')).toBe('mine')
    expect(await response.json()).toEqual({ jsonrpc: '2.0', result: 3, id: 1 })
  })

  test.each(['/rpc/', '/RPC', '/x', '//', '/rpc%2F'])('there is nothing at %s', async (path) => {
    expect(await failureOf(await post(address(), sum, {}, path))).toEqual([
      404,
      -32_005,
      { code: 'not_found' },
    ])
  })

  test.each(['GET /', 'GET /rpc', 'PUT /', 'PATCH /rpc', 'DELETE /', 'OPTIONS /', 'OPTIONS /rpc'])(
    '%s is no way to call',
    async (line) => {
      const [method = '', path = ''] = line.split(' ')
      const response = await fetch(url(path), { method })
      expect(response.headers.get('allow')).toBe('POST')
      expect((await failureOf(response))[0]).toBe(405)
      expect((await fetch(url(path), { method: 'HEAD' })).status).toBe(405)
    },
  )

  test.each(['text/plain', 'application/json; charset=utf-16', 'application/jsonrequest', ''])(
    'a body of %j is not read',
    async (type) => {
      expect(await failureOf(await post(address(), sum, { 'Content-Type': type }))).toEqual([
        ...[415, -32_600],
        { code: 'invalid_argument' },
      ])
    },
  )

  test.each(['application/json; charset=UTF-8', 'Application/JSON'])('a body of %j is read', async (type) => {
    expect((await post(address(), sum, { 'Content-Type': type })).status).toBe(200)
  })

  test('a body that is encoded is not read', async () => {
    expect((await post(address(), sum, { 'Content-Encoding': 'gzip' })).status).toBe(415)
  })

  test('a body may have as many bytes as it may', async () => {
    const padded = sum + ' '.repeat(2000 - sum.length)
    expect((await post(address(), padded)).status).toBe(200)
    expect(await failureOf(await post(address(), `${padded} `))).toEqual([
      ...[413, -32_008],
      { code: 'resource_exhausted' },
    ])
  })

  test('a credential that is not valid is refused before anything else is looked at', async () => {
    for (const credential of ['Bearer x', 'Basic YWRtaW46cGFzc3dvcmQ=', 'Bearer a.b.c']) {
      const response = await post(address(), 'x', { Authorization: credential, 'Content-Type': 'text/plain' })
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
      expect(await failureOf(response)).toEqual([401, -32_016, { code: 'unauthenticated' }])
    }
  })

  test('an upgrade to another protocol is ignored, and a WebSocket elsewhere is no way to call', async () => {
    const { host, port } = address()
    const client = createShopJsonRpcClient({ host, port })
    expect(await client.call('sum', [1])).toBe(1)
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' }
    expect((await upgrade(host, port, '/', headers)).status).toBe(405)
    expect((await upgrade(host, port, '/rpc', { ...headers, Upgrade: 'h2c' })).status).toBe(405)
  })
})

describe('AUTH=writes', () => {
  const secret = 'a secret of more than 32 bytes, for tests'
  const lab = useLab(['shop-jsonrpc', 'shop-rest'], { AUTH: 'writes', SHOP_JWT_SECRET: secret })
  const address = () => lab.service('shop-jsonrpc').address()

  test.each([
    ['createUser', ['A', 'a@example.com']],
    ['createUser', []],
    ['updateUser', [1, 'A']],
    ['deleteUser', [2]],
    ['placeOrder', [1, [{ productId: 301, quantity: 1 }]]],
    ['cancelOrder', [101]],
  ])('%s %j needs a token', async (method, params) => {
    expect(await answerTo(address(), request(method, params))).toEqual({
      jsonrpc: '2.0',
      error: { code: -32_016, message: expect.any(String), data: { code: 'unauthenticated' } },
      id: 1,
    })
  })

  test('reads and rpc.discover need none', async () => {
    expect(await answerTo(address(), request('getUser', [1]))).toMatchObject({ result: { name: 'Alice' } })
    expect(await answerTo(address(), request('rpc.discover'))).toMatchObject({
      result: { openrpc: expect.stringMatching(/^1\.3\./) },
    })
  })

  test('a notification without a token does nothing', async () => {
    const notification = { jsonrpc: '2.0', method: 'cancelOrder', params: [101] }
    expect((await post(address(), JSON.stringify(notification))).status).toBe(204)
    expect(await answerTo(address(), request('getOrder', [101]))).toMatchObject({
      result: { status: 'placed' },
    })
  })

  test('a token of shop-rest is enough', async () => {
    const { host, port } = lab.service('shop-rest').address()
    const login = await fetch(`http://${host}:${port}/auth`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: 'password' }),
    })
    const { token } = (await login.json()) as { token: string }
    const client = createShopJsonRpcClient({ ...address(), token })
    expect(await client.cancelOrder(101)).toMatchObject({ id: 101, status: 'cancelled' })
  })
})

/** What a request with headers that fetch does not send is answered. */
async function upgrade(host: string, port: number, path: string, headers: Record<string, string>) {
  const { request: send } = await import('node:http')
  return new Promise<{ status: number | undefined }>((resolve, reject) => {
    send({ host, port, path, headers }, (response) => {
      response.resume()
      resolve({ status: response.statusCode })
    })
      .on('error', reject)
      .end()
  })
}
