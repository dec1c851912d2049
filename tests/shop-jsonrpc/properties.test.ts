import fc from 'fast-check'
import { test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { post } from './rpc.ts'

const lab = useLab(['shop-jsonrpc'])

const methods = [
  ...[
    'getUser',
    'listUsers',
    'createUser',
    'updateUser',
    'deleteUser',
    'getProduct',
    'listProducts',
    'placeOrder',
  ],
  ...['getOrder', 'listOrders', 'cancelOrder', 'subtract', 'sum', 'get_data', 'update', 'rpc.discover'],
  ...['constructor', '__proto__', 'toString', ''],
]
const names = [
  ...[
    'id',
    'view',
    'role',
    'email',
    'q',
    'sort',
    'page',
    'limit',
    'name',
    'userId',
    'items',
    'idempotencyKey',
  ],
  ...['status', 'minuend', 'subtrahend', 'params', '__proto__', 'constructor', 'toString'],
]
const value = fc.oneof(
  { depthSize: 'small' },
  fc.constantFrom(
    0,
    1,
    -1,
    302,
    2 ** 31,
    2 ** 53,
    1e21,
    1.5,
    '',
    '\0',
    '\ud800',
    'a@b.co',
    'id_asc',
    'full',
    '%',
    "'",
  ),
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.array(fc.record({ productId: fc.integer(), quantity: fc.integer() }), { maxLength: 3 }),
)
const params = fc.oneof(
  fc.array(value, { maxLength: 8 }),
  fc.dictionary(fc.constantFrom(...names), value),
  value,
)
const request = fc.record(
  {
    jsonrpc: fc.oneof({ weight: 9, arbitrary: fc.constant('2.0') }, { weight: 1, arbitrary: fc.jsonValue() }),
    method: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...methods) },
      { weight: 1, arbitrary: fc.jsonValue() },
    ),
    params,
    id: fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.double(), fc.jsonValue()),
  },
  { requiredKeys: ['jsonrpc', 'method'] },
)
const message = fc.oneof(
  { weight: 6, arbitrary: request.map((one) => JSON.stringify(one)) },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.oneof(request, fc.jsonValue()), { maxLength: 6 })
      .map((many) => JSON.stringify(many)),
  },
  { weight: 1, arbitrary: fc.json() },
)

interface Answer {
  readonly jsonrpc: unknown
  readonly result?: unknown
  readonly id: unknown
  readonly error?: { readonly code: number; readonly message: string }
}

function isResponse(answer: Answer): boolean {
  const hasOne = Object.hasOwn(answer, 'result') !== Object.hasOwn(answer, 'error')
  return answer.jsonrpc === '2.0' && hasOne && Object.hasOwn(answer, 'id')
}

test('whatever is sent, the answer is 200 or 204, of the right shape and never internal', async () => {
  const address = lab.service('shop-jsonrpc').address()
  const property = fc.asyncProperty(message, async (text) => {
    const response = await post(address, text)
    const body = await response.text()
    if (response.status === 204) return body === ''
    const answers: Answer[] = [JSON.parse(body)].flat()
    const isBatch = text.trimStart().startsWith('[') && JSON.parse(text).length > 0
    return (
      response.status === 200 &&
      Array.isArray(JSON.parse(body)) === isBatch &&
      answers.every((answer) => isResponse(answer) && answer.error?.code !== -32_603)
    )
  })
  await fc.assert(property, { numRuns: 400, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false })
})

test('whatever is cut off or changed in a message, the answer is one of the protocol', async () => {
  const address = lab.service('shop-jsonrpc').address()
  const whole = Buffer.from(
    '[{"jsonrpc":"2.0","method":"getUser","params":{"id":123},"id":"é"},{"jsonrpc":"2.0","method":"sum","params":[1]}]',
  )
  const property = fc.asyncProperty(
    fc.nat(whole.length),
    fc.nat(whole.length - 1),
    fc.nat(255),
    async (end, at, byte) => {
      const changed = new Uint8Array(whole)
      changed[at] = byte
      const response = await post(address, changed.subarray(0, end))
      if (response.status === 204) return true
      const answers: Answer[] = [JSON.parse(await response.text())].flat()
      return response.status === 200 && answers.every(isResponse)
    },
  )
  await fc.assert(property, { numRuns: 300, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false })
})
