import * as openRpc from '@open-rpc/meta-schema'
import { createShopJsonRpcClient } from '@polyservice-lab/clients'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'

const lab = useLab(['shop-jsonrpc'])

interface Schema {
  readonly $ref?: string
}
interface Document {
  readonly methods: readonly {
    readonly name: string
    readonly params: readonly { readonly name: string; readonly required: boolean; readonly schema: Schema }[]
    readonly result: { readonly schema: Schema }
    readonly errors: readonly Schema[]
  }[]
  readonly components: Readonly<Record<string, Readonly<Record<string, { readonly code?: number }>>>>
}

const client = () => createShopJsonRpcClient(lab.service('shop-jsonrpc').address())
const discover = async () => (await client().call('rpc.discover')) as Document

test('rpc.discover answers a document that OpenRPC allows', async () => {
  const ajv = new Ajv({ strict: false, validateSchema: false })
  // The schemas in the document are of JSON Schema: whether they are, the next tests see.
  const anySchema = { definitions: { JSONSchemaObject: { properties: { $ref: { type: 'string' } } } } }
  for (const slash of ['', '/']) ajv.addSchema(anySchema, `https://meta.json-schema.tools${slash}`)
  const validate = ajv.compile((openRpc as unknown as { openrpcDocument: object }).openrpcDocument)
  const document = await discover()
  validate(document)
  expect(validate.errors).toBeNull()
  expect(validate({ ...document, methods: 'none' })).toBe(false)
})

test('every method is described with its params in their order', async () => {
  const { methods } = await discover()
  const lines = methods.map(({ name, params }) => {
    const names = params.map(({ name: param, required }) => param + (required ? '' : '?'))
    return `${name}(${names.join(', ')})`
  })
  expect(lines).toEqual([
    'getUser(id, view?)',
    'listUsers(role?, email?, q?, sort?, page?, limit?, view?)',
    'createUser(name, email, role?, view?)',
    'updateUser(id, name?, email?, role?, view?)',
    'deleteUser(id)',
    'getProduct(id)',
    'listProducts(q?, sort?, page?, limit?)',
    'placeOrder(userId, items, idempotencyKey?)',
    'getOrder(id)',
    'listOrders(userId?, status?, sort?, page?, limit?)',
    'cancelOrder(id)',
    'subtract(minuend, subtrahend)',
    'sum()',
    'get_data()',
    'update()',
    'notify_hello()',
    'notify_sum()',
  ])
})

test('what it says of params and results holds for calls', async () => {
  const { methods, components } = await discover()
  const ajv = new Ajv({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'doc', components })
  const check = (schema: Schema, value: unknown) => {
    const text = JSON.stringify(schema).replaceAll('"#/', '"doc#/')
    const validate = ajv.compile(JSON.parse(text))
    validate(value)
    return validate.errors
  }
  const calls: readonly [string, Readonly<Record<string, unknown>>][] = [
    ['getUser', { id: 1 }],
    ['getUser', { id: 1, view: 'full' }],
    ['listUsers', { role: 'user', sort: 'name_desc,id_asc', limit: 2, page: 1 }],
    ['createUser', { name: 'Ann', email: 'ann@example.com', role: null }],
    ['placeOrder', { userId: 1, items: [{ productId: 302, quantity: 2 }] }],
    ['listOrders', { status: 'placed' }],
    ['cancelOrder', { id: 101 }],
    ['deleteUser', { id: 124 }],
    ['subtract', { minuend: 1, subtrahend: 2.5 }],
    ['get_data', {}],
    ['update', {}],
  ]
  for (const [name, params] of calls) {
    const method = methods.find((one) => one.name === name)
    const schemas = new Map(method?.params.map((param) => [param.name, param.schema]))
    for (const [param, value] of Object.entries(params))
      expect(check(schemas.get(param) ?? {}, value)).toBeNull()
    expect(check(method?.result.schema ?? {}, await client().call(name, params))).toBeNull()
  }
  const wrong = [
    ['getUser', 'id', 0],
    ['listUsers', 'limit', 101],
    ['listUsers', 'sort', 'x_asc'],
    ['createUser', 'role', 'boss'],
    ['placeOrder', 'items', []],
  ] as const
  for (const [name, param, value] of wrong) {
    const found = methods.find((one) => one.name === name)?.params.find((one) => one.name === param)
    expect(check(found?.schema ?? {}, value)).not.toBeNull()
  }
})

test('every error that a method names is one of the document', async () => {
  const { methods, components } = await discover()
  const named = methods.flatMap(({ errors }) => errors.map(({ $ref = '' }) => $ref.split('/').at(-1) ?? ''))
  for (const name of named) expect(components['errors']?.[name]?.code).toBeLessThan(-32_000)
})
