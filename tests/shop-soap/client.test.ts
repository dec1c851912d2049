import { createLab, type ShopClient, type WireEvent } from '@polyservice-lab/clients'
import { createShopSoapClient } from '@polyservice-lab/clients/soap'
import { beforeEach, describe, expect, test } from 'vitest'
import { runToExit } from '../support/docker.ts'
import { useLab } from '../support/lab.ts'

const lab = useLab(['shop-soap'], { AUTH: 'writes' })
const service = () => lab.service('shop-soap')
const address = () => service().address()
const credentials = { username: 'admin', password: 'password123' }

beforeEach(() => service().reset())

describe.each(['1.2', '1.1'] as const)('the client of SOAP %s', (version) => {
  const client = (): ShopClient => createShopSoapClient({ ...address(), version, credentials })

  test('has users', async () => {
    const user = await client().createUser({ name: 'A&B <C>', email: 'ab@example.com', role: 'admin' })
    expect(user).toEqual({
      ...{ id: 124, name: 'A&B <C>', email: 'ab@example.com', role: 'admin', version: 1 },
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    expect(await client().getUser(124)).toEqual(user)
    expect(await client().updateUser(124, { role: null })).toEqual({ ...user, role: 'user', version: 2 })
    expect((await client().listUsers({ limit: 2 })).map(({ id }) => id)).toEqual([1, 2])
    expect(await client().deleteUser(124)).toBeUndefined()
    await expect(client().getUser(124)).rejects.toMatchObject({ code: 'not_found', reason: 'user_not_found' })
  })

  test('has products and orders', async () => {
    expect(await client().getProduct(309)).toEqual({ id: 309, name: 'Server', price: 12_345_678.9 })
    expect((await client().listProducts()).length).toBe(10)
    const items = [
      { productId: 302, quantity: 2 },
      { productId: 310, quantity: 1 },
    ]
    const order = await client().placeOrder({ userId: 2, items }, { idempotencyKey: 'once' })
    expect(order).toMatchObject({ id: 457, userId: 2, status: 'placed', totalAmount: 51.01 })
    expect(order.items.map(({ unitPrice }) => unitPrice)).toEqual([25.5, 0.01])
    expect(await client().placeOrder({ userId: 2, items }, { idempotencyKey: 'once' })).toEqual(order)
    expect(await client().cancelOrder(457)).toEqual({ ...order, status: 'cancelled' })
    expect((await client().listOrders({ userId: 2, status: 'placed' })).map(({ id }) => id)).toEqual([102])
    expect(await client().listOrders({ userId: 7 })).toEqual([])
    expect((await client().getOrder(101)).totalAmount).toBe(125.5)
  })

  test('rejects with the code, the reason and the violations of the Fault', async () => {
    const wrong = client().createUser({ name: ' ', email: 'x' })
    await expect(wrong).rejects.toMatchObject({
      ...{
        code: 'invalid_argument',
        message: 'the request is not valid',
        status: version === '1.2' ? 400 : 500,
      },
      violations: [{ field: 'name' }, { field: 'email' }],
      requestId: expect.any(String),
    })
    const taken = client().createUser({ name: 'Bob', email: 'bob@example.com' })
    await expect(taken).rejects.toMatchObject({ code: 'already_exists', reason: 'email_taken' })
    const stranger = createShopSoapClient({ ...address(), version })
    await expect(stranger.deleteUser(1)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

test.each(['a\u0000b', 'a\ud800b', '\uffff'])(
  'a text that XML cannot hold is refused before it is sent: %j',
  async (name) => {
    const events: WireEvent[] = []
    const client = createShopSoapClient({ ...address(), credentials, onWire: (event) => events.push(event) })
    await expect(client.createUser({ name, email: 'a@example.com' })).rejects.toMatchObject({
      ...{ code: 'invalid_argument', violations: [{ field: 'name' }] },
    })
    expect(events).toEqual([])
  },
)

test('what goes over the wire is told without the password', async () => {
  const events: WireEvent[] = []
  await createShopSoapClient({ ...address(), credentials, onWire: (event) => events.push(event) }).getUser(1)
  const text = events.map((event) => event.text).join('\n')
  expect(text).toContain('<username>admin</username><password>***</password>')
  expect(JSON.stringify(events)).not.toContain(credentials.password)
})

test('an answer that is no envelope is told by its status', async () => {
  const { hostname: host, port } = new URL(service().adminUrl())
  await expect(createShopSoapClient({ host, port: Number(port) }).getUser(1)).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('lab.shop.soap is the client, and takes the options of the lab', async () => {
  const { host, port } = address()
  await using clients = createLab({ host, ports: { shopSoap: port } })
  expect((await clients.shop.soap.getUser(123)).name).toBe('John Doe')
  const signal = AbortSignal.abort()
  await expect(clients.shop.soap.getUser(123, { signal })).rejects.toMatchObject({ code: 'cancelled' })
})

test('a program that speaks another style loads no XML', async () => {
  const program = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context) } })
    const { createLab } = await import('@polyservice-lab/clients')
    await using lab = createLab()
    const isXml = (url) => /saxes|soap-client/.test(url)
    console.log(loaded.some(isXml), typeof lab.shop.soap.getUser)
    await lab.shop.soap.getUser(1, { signal: AbortSignal.abort() }).catch(() => {})
    console.log(loaded.some(isXml))`
  const { stdout, stderr } = await runToExit(process.execPath, ['--input-type=module', '--eval', program])
  expect([stdout, stderr]).toEqual(['false function\ntrue\n', ''])
})
