import { createLab, createShopJsonRpcClient, type WireEvent } from '@polyservice-lab/clients'
import { expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'

const lab = useLab(['shop-jsonrpc'])
const address = () => lab.service('shop-jsonrpc').address()
const client = () => createShopJsonRpcClient(address())

test('the shop over JSON-RPC: users, products, orders', async () => {
  const shop = client()
  const created = await shop.createUser({ name: ' Eve ', email: 'Eve@example.com', role: 'admin' })
  expect(created).toEqual({
    ...{ id: expect.any(Number), name: 'Eve', email: 'Eve@example.com', role: 'admin', version: 1 },
    createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
  })
  const { id } = created
  expect(await shop.updateUser(id, { name: 'Eva', role: null })).toMatchObject({
    name: 'Eva',
    role: 'user',
    version: 2,
  })
  expect(await shop.getUser(id)).toMatchObject({ name: 'Eva', version: 2 })
  expect((await shop.listUsers({ limit: 2 })).map((user) => user.id)).toEqual([1, 2])
  expect(await shop.getProduct(302)).toEqual({ id: 302, name: 'Mouse', price: 25.5 })
  expect(await shop.listProducts({ limit: 1 })).toEqual([{ id: 301, name: 'Laptop', price: 50 }])
  const order = await shop.placeOrder(
    { userId: id, items: [{ productId: 302, quantity: 2 }] },
    { idempotencyKey: 'x' },
  )
  expect(order).toMatchObject({ userId: id, status: 'placed', totalAmount: 51 })
  expect(await shop.getOrder(order.id)).toEqual(order)
  expect(await shop.listOrders({ userId: id, status: 'placed' })).toEqual([order])
  expect(await shop.cancelOrder(order.id)).toEqual({ ...order, status: 'cancelled' })
  await expect(shop.deleteUser(id)).rejects.toMatchObject({
    ...{ name: 'LabError', code: 'failed_precondition', reason: 'user_has_orders', status: -32_009 },
    requestId: expect.stringMatching(/./),
  })
  const { id: other } = await shop.createUser({ name: 'Fay', email: 'fay@example.com' })
  expect(await shop.deleteUser(other)).toBeUndefined()
})

test('a wrong call is a LabError with its violations', async () => {
  await expect(client().createUser({ name: '', email: 'x' })).rejects.toMatchObject({
    ...{ code: 'invalid_argument', status: -32_602 },
    violations: [{ field: 'name' }, { field: 'email' }],
  })
  await expect(client().call('foobar')).rejects.toMatchObject({ code: 'unimplemented', status: -32_601 })
  const wrongToken = createShopJsonRpcClient({ ...address(), token: 'x' })
  await expect(wrongToken.getUser(1)).rejects.toMatchObject({ code: 'unauthenticated', status: -32_016 })
  await expect(wrongToken.batch([{ method: 'sum' }])).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('notify has no answer, batch one for each of its requests', async () => {
  const shop = client()
  expect(await shop.notify('update', [1])).toBeUndefined()
  expect(await shop.notify('foobar')).toBeUndefined()
  expect(await shop.batch([])).toEqual([])
  expect(await shop.batch([{ method: 'update', isNotification: true }])).toEqual([undefined])
  const answers = await shop.batch([
    { method: 'sum', params: [1, 2] },
    { method: 'update', isNotification: true },
    { method: 'getUser', params: { id: 7 } },
    { method: 'get_data' },
  ])
  expect(answers).toEqual([
    ...[3, undefined, expect.objectContaining({ code: 'not_found', reason: 'user_not_found' })],
    ['hello', 5],
  ])
  const tooMany = Array.from({ length: 101 }, () => ({ method: 'sum' }))
  await expect(shop.batch(tooMany)).rejects.toMatchObject({ code: 'resource_exhausted', status: -32_600 })
})

test('lab.shop.jsonrpc is the same client, and shows what goes over the wire', async () => {
  const { host, port } = address()
  const events: WireEvent[] = []
  await using all = createLab({ host, ports: { shopJsonRpc: port }, onWire: (event) => events.push(event) })
  expect(await all.shop.jsonrpc.getUser(1)).toMatchObject({ name: 'Alice' })
  expect(events.map(({ direction }) => direction)).toEqual(['sent', 'received'])
  expect(events[0]?.text).toContain('"method":"getUser"')
})
