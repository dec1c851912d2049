import { expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { answerTo, post, request } from './rpc.ts'

const lab = useLab(['shop-jsonrpc'])
const address = () => lab.service('shop-jsonrpc').address()

const parseError = { code: -32_700, message: 'Parse error' }
const invalidRequest = { code: -32_600, message: 'Invalid Request' }
const methodNotFound = { code: -32_601, message: 'Method not found' }
const failure = (error: unknown, id: unknown = null) => ({ jsonrpc: '2.0', error, id })
const success = (result: unknown, id: unknown = 1) => ({ jsonrpc: '2.0', result, id })

test.each([
  ['nothing', '', parseError],
  ['half a message', '{"jsonrpc": "2.0", "method": "sum", "params": [1', parseError],
  ['brackets without an end', '['.repeat(500_000), parseError],
  ['a byte order mark', '\uFEFF{}', parseError],
  ['null', 'null', invalidRequest],
  ['a number', '5', invalidRequest],
  ['a text', '"x"', invalidRequest],
  ['an empty object', '{}', invalidRequest],
  ['an empty batch', '[]', invalidRequest],
  ['a response', '{"jsonrpc": "2.0", "result": 1, "id": 1}', invalidRequest],
  ['a version that is a number', '{"jsonrpc": 2.0, "method": "sum", "id": 1}', invalidRequest],
  ['no version', '{"method": "sum", "id": 1}', invalidRequest],
  ['a method that is a number', '{"jsonrpc": "2.0", "method": 1, "id": 1}', invalidRequest],
  ['no method, as a notification', '{"jsonrpc": "2.0"}', invalidRequest],
  ['params null', '{"jsonrpc": "2.0", "method": "sum", "params": null, "id": 1}', invalidRequest],
  ['params that are a text', '{"jsonrpc": "2.0", "method": "sum", "params": "bar", "id": 1}', invalidRequest],
  ['an id that is true', '{"jsonrpc": "2.0", "method": "sum", "id": true}', invalidRequest],
  ['an id that is an object', '{"jsonrpc": "2.0", "method": "sum", "id": {}}', invalidRequest],
  ['an id beyond 2^53', '{"jsonrpc": "2.0", "method": "sum", "id": 9007199254740993}', invalidRequest],
  ['an id beyond every double', '{"jsonrpc": "2.0", "method": "sum", "id": 1e400}', invalidRequest],
])('%s is answered with an error and id null', async (_name, message, error) => {
  expect(await answerTo(address(), message)).toEqual(failure(error))
})

test('what is not UTF-8 is no JSON', async () => {
  const bytes = Buffer.from('{"jsonrpc":"2.0","method":"sum","id":"\xff"}', 'latin1')
  expect(await (await post(address(), new Uint8Array(bytes))).json()).toEqual(failure(parseError))
})

test.each([
  '1',
  '0',
  '-1',
  '1.0',
  '1e2',
  '-0',
  '0.12345678901234567890123',
  '9007199254740991',
  '""',
  '"é\\ud800"',
  'null',
])('the id %s comes back as it was written', async (id) => {
  const response = await post(address(), `{"jsonrpc":"2.0","id":${id},"method":"sum","params":[1,2]}`)
  expect(await response.text()).toBe(`{"jsonrpc":"2.0","result":3,"id":${id}}`)
})

test('each entry of a batch keeps its id as it was written, however deep another one is', async () => {
  const batch = `[{"jsonrpc":"2.0","method":"sum","id":1.0},${'['.repeat(100_000)}${']'.repeat(100_000)}]`
  const [first, second] = (await answerTo(address(), batch)) as unknown[]
  expect([first, second]).toEqual([success(0), failure(invalidRequest)])
})

test.each([
  'foobar',
  'foo.get',
  '',
  'constructor',
  '__proto__',
  'toString',
  'rpc.nothing',
  'GetUser',
  'getUser ',
])('there is no method %j', async (method) => {
  expect(await answerTo(address(), request(method))).toEqual(failure(methodNotFound, 1))
  const notification = JSON.stringify({ jsonrpc: '2.0', method })
  expect((await post(address(), notification)).status).toBe(204)
})

test('members that the specification does not name are ignored', async () => {
  const message = '{"jsonrpc":"2.0","method":"sum","params":[1],"id":1,"__proto__":{"a":1},"result":5,"x":[]}'
  expect(await answerTo(address(), message)).toEqual(success(1))
})

test.each<[name: string, method: string, params: unknown, fields: string[]]>([
  ['missing ones, in the order of the table', 'createUser', undefined, ['name', 'email']],
  ['too many by position', 'getUser', [1, 'full', 3], ['params']],
  ['a wrong one and too many', 'subtract', ['1', 2, 3], ['minuend', 'params']],
  ['a name that the method does not have', 'getUser', { id: 1, ID: 1 }, ['ID']],
  ['any where none is taken', 'get_data', { x: 1 }, ['x']],
  ['named ones where positions are taken', 'sum', { params: [1] }, ['params']],
  ['null where it is needed', 'getUser', [null], ['id']],
  ['a text for a number', 'getOrder', { id: '101' }, ['id']],
  ['a number beyond 2^53', 'getProduct', [2 ** 53], ['id']],
  ['a fraction', 'cancelOrder', [1.5], ['id']],
  ['an array for a value', 'deleteUser', [[1]], ['id']],
  ['a view that is none', 'getUser', [1, 'short'], ['view']],
  [
    'nested ones',
    'placeOrder',
    {
      userId: 0,
      items: [
        { productId: 1, quantity: 1 },
        { quantity: 0, x: 1 },
      ],
    },
    ['userId', 'items[1].productId', 'items[1].quantity', 'items[1].x'],
  ],
  ['too few items and a bad key', 'placeOrder', [1, [], ''], ['items', 'idempotencyKey']],
  [
    'all of a list',
    'listUsers',
    { limit: 101, page: 0, sort: 'name', q: '', email: '', role: 'boss' },
    ['role', 'email', 'q', 'sort', 'page', 'limit'],
  ],
  ['a sort key twice', 'listProducts', { sort: 'id_asc,id_desc' }, ['sort']],
  ['a number in words', 'sum', [1, 'two', 3], ['params[1]']],
])('wrong params are told by their field: %s', async (_name, method, params, fields) => {
  const violations = fields.map((field) => ({ field, description: expect.stringMatching(/./) }))
  const error = { code: -32_602, message: 'Invalid params', data: { code: 'invalid_argument', violations } }
  expect(await answerTo(address(), request(method, params))).toEqual(failure(error, 1))
})

test('named params called __proto__ are told as such', async () => {
  const message = '{"jsonrpc":"2.0","method":"getUser","params":{"id":1,"__proto__":{"id":2}},"id":1}'
  const violations = [{ field: '__proto__', description: expect.any(String) }]
  expect(await answerTo(address(), message)).toMatchObject({ error: { code: -32_602, data: { violations } } })
})

test('numbers that cannot be told exactly are refused', async () => {
  const params = '{"jsonrpc":"2.0","method":"subtract","params":[9007199254740993,1],"id":1}'
  expect(await answerTo(address(), params)).toMatchObject({ error: { code: -32_602 } })
  const sums = [
    [Number.MAX_SAFE_INTEGER, 1],
    [1e300 + 0.5, 1],
  ]
  expect(await answerTo(address(), request('sum', sums[0]))).toMatchObject({ error: { code: -32_011 } })
  expect(await answerTo(address(), request('sum', sums[1]))).toMatchObject({ error: { code: -32_602 } })
  expect(await answerTo(address(), request('subtract', [0.5, 0.25]))).toEqual(success(0.25))
})

test('optional params may be null by name and by position', async () => {
  const bob = { id: 2, name: 'Bob', email: 'bob@example.com' }
  expect(await answerTo(address(), request('getUser', [2, null]))).toEqual(success(bob))
  expect(await answerTo(address(), request('getUser', { id: 2, view: null }))).toEqual(success(bob))
  expect(await answerTo(address(), request('updateUser', [2, null, null, null]))).toEqual(success(bob))
  const list = await answerTo(address(), request('listUsers', [null, null, 'BOB', null, null, 5]))
  expect(list).toEqual(success({ items: [bob], total: 1, page: 1, limit: 5 }))
})

test('a batch of notifications alone is not answered, and runs', async () => {
  const email = 'quiet@example.com'
  const notification = { jsonrpc: '2.0', method: 'createUser', params: { name: 'Quiet', email } }
  const response = await post(address(), JSON.stringify([notification, notification]))
  expect([response.status, await response.text()]).toEqual([204, ''])
  expect(await answerTo(address(), request('listUsers', { email }))).toMatchObject({ result: { total: 1 } })
})

test('entries of a batch run in their order, each after the one before', async () => {
  const entries = ['One', 'Two', 'Three', 'Four'].map((name, id) => ({
    ...{ jsonrpc: '2.0', method: 'updateUser', id },
    params: { id: 1, name, view: 'full' },
  }))
  const last = { jsonrpc: '2.0', method: 'getUser', params: [1, 'full'], id: 'last' }
  const answers = (await answerTo(address(), JSON.stringify([...entries, 7, last]))) as {
    result?: { name: string; version: number }
  }[]
  expect(answers.map(({ result }) => result?.name)).toEqual([
    'One',
    'Two',
    'Three',
    'Four',
    undefined,
    'Four',
  ])
  expect(answers.map(({ result }) => result?.version)).toEqual([2, 3, 4, 5, undefined, 5])
})

test('a batch of BATCH_MAX is answered, of a longer one nothing runs', async () => {
  const batch = (count: number) =>
    JSON.stringify([
      { jsonrpc: '2.0', method: 'createUser', params: ['Long', `long-${count}@example.com`] },
      ...Array.from({ length: count - 1 }, (_, id) => ({
        jsonrpc: '2.0',
        method: 'subtract',
        params: [id, 1],
        id,
      })),
    ])
  expect(await answerTo(address(), batch(100))).toHaveLength(99)
  expect(await answerTo(address(), batch(101))).toEqual(
    failure({ ...invalidRequest, data: { code: 'resource_exhausted' } }),
  )
  const list = await answerTo(address(), request('listUsers', { q: 'long-' }))
  expect(list).toMatchObject({ result: { total: 1 } })
})

test('an idempotency key places one order, whatever style sends it again', async () => {
  const params = { userId: 123, items: [{ productId: 301, quantity: 1 }], idempotencyKey: 'twice' }
  const first = await answerTo(address(), request('placeOrder', params))
  expect(await answerTo(address(), request('placeOrder', params))).toEqual(first)
  const other = request('placeOrder', { ...params, userId: 1 })
  expect(await answerTo(address(), other)).toMatchObject({
    error: { code: -32_009, data: { code: 'failed_precondition', reason: 'idempotency_key_reused' } },
  })
})

test.each([
  ['getUser', [7], -32_005, 'not_found', 'user_not_found'],
  ['getProduct', [7], -32_005, 'not_found', 'product_not_found'],
  ['getOrder', [7], -32_005, 'not_found', 'order_not_found'],
  ['cancelOrder', [7], -32_005, 'not_found', 'order_not_found'],
  ['placeOrder', [7, [{ productId: 301, quantity: 1 }]], -32_005, 'not_found', 'user_not_found'],
  ['placeOrder', [1, [{ productId: 7, quantity: 1 }]], -32_005, 'not_found', 'product_not_found'],
  ['createUser', ['A', 'ALICE@example.com'], -32_006, 'already_exists', 'email_taken'],
  ['deleteUser', [123], -32_009, 'failed_precondition', 'user_has_orders'],
])('%s %j is refused with %i', async (method, params, code, name, reason) => {
  expect(await answerTo(address(), request(method, params))).toEqual(
    failure({ code, message: expect.stringMatching(/./), data: { code: name, reason } }, 1),
  )
})
