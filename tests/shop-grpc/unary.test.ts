import { gzipSync } from 'node:zlib'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { Health, ServerReflectionV1, ServerReflectionV1alpha } from '@polyservice-lab/contracts/grpc'
import { ShopService, UserService } from '@polyservice-lab/contracts/shop/grpc'
import { describe, expect, test } from 'vitest'
import { frame, pathOf } from '../course-grpc/support/raw-client.ts'
import { useShopLab } from './support/shop-lab.ts'

const lab = useShopLab()
const users = UserService.method
const shop = ShopService.method
const tooLarge = 2n ** 53n
const item = { productId: 301n, quantity: 1 }

describe('INVALID_ARGUMENT names every wrong field, in their order', () => {
  test.each([
    ['CreateUser', users.createUser, { id: '0', name: '', email: 'x' }, ['id', 'name', 'email']],
    ['CreateUser', users.createUser, { id: '01', name: 'A', email: 'a@b.cc' }, ['id']],
    ['CreateUser', users.createUser, { id: String(tooLarge), name: 'A', email: 'a@b.cc' }, ['id']],
    ['UpdateUser', users.updateUser, { id: '1' }, ['name', 'email']],
    ['UpdateUser of nobody', users.updateUser, { id: 'abc', name: 'A' }, ['email']],
    ['ListUsers', users.listUsers, { pageSize: -1, pageToken: 'abc' }, ['page_size', 'page_token']],
    ['ListUsers', users.listUsers, { pageToken: '0' }, ['page_token']],
    ['GetUser', shop.getUser, { id: 0n }, ['id']],
    ['GetUser', shop.getUser, { id: tooLarge }, ['id']],
    ['GetUser', shop.getUser, { id: -(2n ** 63n) }, ['id']],
    ['GetProduct', shop.getProduct, { id: tooLarge + 1n }, ['id']],
    ['GetOrder', shop.getOrder, { id: -1n }, ['id']],
    ['CancelOrder', shop.cancelOrder, {}, ['id']],
    ['ListProducts', shop.listProducts, { pageSize: -1, pageToken: 'x' }, ['page_size', 'page_token']],
    ['ListProducts', shop.listProducts, { orderBy: 'name', q: 'x'.repeat(101) }, ['order_by', 'q']],
    ['ListProducts', shop.listProducts, { orderBy: 'price_asc,price_desc' }, ['order_by']],
    ['ListProducts', shop.listProducts, { orderBy: 'totalAmount_asc' }, ['order_by']],
    [
      'ListOrders',
      shop.listOrders,
      { orderBy: 'id_asc,', userId: -1n, status: 7 },
      ['order_by', 'user_id', 'status'],
    ],
    ['PlaceOrder', shop.placeOrder, {}, ['user_id', 'items']],
    ['PlaceOrder', shop.placeOrder, { userId: 1n, items: Array(51).fill(item) }, ['items']],
    [
      'PlaceOrder',
      shop.placeOrder,
      { userId: 1n, items: [item, { quantity: 1001 }], idempotencyKey: 'ключ' },
      ['items[1].product_id', 'items[1].quantity', 'idempotency_key'],
    ],
    ['WatchFeed', shop.watchFeed, { after: -1n }, ['after']],
    ['WatchFeed', shop.watchFeed, { after: tooLarge }, ['after']],
  ])('$0, $3', async (_name, method, request, fields) => {
    const ended = await lab.raw.unary(method, request as never)
    expect([ended.status, ended.details.violations]).toEqual([3, fields])
    // A BadRequest is all that there is to say.
    expect([ended.details.reason, ended.details.resource]).toEqual([undefined, undefined])
  })
})

describe('ErrorInfo and ResourceInfo tell what is wrong', () => {
  const long = '9'.repeat(100_000)
  test.each([
    ['an id that nobody has', users.getUser, { id: '77' }, 5, 'USER_NOT_FOUND', ['user', '77']],
    ['no id', users.getUser, {}, 5, 'USER_NOT_FOUND', ['user', '']],
    ['a text that is no id', users.deleteUser, { id: 'abc' }, 5, 'USER_NOT_FOUND', ['user', 'abc']],
    ['a long text', users.getUser, { id: long }, 5, 'USER_NOT_FOUND', ['user', long.slice(0, 100)]],
    [
      'an update of nobody',
      users.updateUser,
      { id: '+1', name: 'A', email: 'a@b.cc' },
      5,
      'USER_NOT_FOUND',
      ['user', '+1'],
    ],
    [
      'an id in use',
      users.createUser,
      { id: '2', name: 'A', email: 'a@b.cc' },
      6,
      'USER_EXISTS',
      ['user', '2'],
    ],
    [
      'an email that is taken',
      users.updateUser,
      { id: '2', name: 'A', email: 'ALICE@example.com' },
      ...([6, 'EMAIL_TAKEN', ['user', 'ALICE@example.com']] as const),
    ],
    ['orders', users.deleteUser, { id: '1' }, 9, 'USER_HAS_ORDERS', undefined],
    ['no such product', shop.getProduct, { id: 7n }, 5, 'PRODUCT_NOT_FOUND', ['product', '7']],
    ['no such order', shop.cancelOrder, { id: 7n }, 5, 'ORDER_NOT_FOUND', ['order', '7']],
    [
      'an order of nobody',
      shop.placeOrder,
      { userId: 9n, items: [item] },
      5,
      'USER_NOT_FOUND',
      ['user', '9'],
    ],
    [
      'an order of nothing',
      shop.placeOrder,
      { userId: 1n, items: [item, { productId: 9n, quantity: 1 }] },
      ...([5, 'PRODUCT_NOT_FOUND', ['product', '9']] as const),
    ],
    ['the future', shop.watchFeed, { after: 1n }, 11, 'AFTER_IN_FUTURE', undefined],
  ])('%s', async (_name, method, request, status, reason, resource) => {
    const { details, ...ended } = await lab.raw.unary(method, request as never)
    expect([ended.status, details.reason, details.resource]).toEqual([status, reason, resource])
    expect(details.violations).toEqual([])
    expect(ended.trailers['x-request-id']).toMatch(/./)
  })

  test('a key that was used with another request', async () => {
    const order = { userId: 1n, items: [item], idempotencyKey: 'once' }
    const first = await lab.raw.unary(shop.placeOrder, order)
    expect((await lab.raw.unary(shop.placeOrder, order)).messages).toEqual(first.messages)
    const other = await lab.raw.unary(shop.placeOrder, { ...order, userId: 2n })
    expect([other.status, other.details.reason]).toEqual([9, 'IDEMPOTENCY_KEY_REUSED'])
  })
})

describe('lists', () => {
  test('a page has a token for the next one, in the same order only', async () => {
    const request = { pageSize: 4, orderBy: 'price_desc,name_asc' }
    const seen: bigint[] = []
    for (let pageToken = ''; ; ) {
      const { messages } = await lab.raw.unary(shop.listProducts, { ...request, pageToken })
      seen.push(...(messages[0]?.products.map(({ id }) => id) ?? []))
      expect(messages[0]?.totalSize).toBe(10)
      pageToken = messages[0]?.nextPageToken ?? ''
      if (pageToken === '') break
      const other = await lab.raw.unary(shop.listProducts, { pageSize: 4, pageToken, orderBy: 'price_asc' })
      expect(other.details.violations).toEqual(['page_token'])
    }
    expect(seen).toEqual([309n, 304n, 301n, 307n, 303n, 302n, 306n, 305n, 308n, 310n])
  })

  test.each([
    [{}, 10],
    [{ pageSize: 1_000_000 }, 10],
    [{ q: 'ЧЕХ' }, 1],
    [{ q: '%' }, 0],
    [{ q: '\0' }, 0],
    [{ q: '😀'.repeat(100) }, 0],
  ])('products of %j: %i', async (request, count) => {
    const { messages } = await lab.raw.unary(shop.listProducts, request)
    expect([messages[0]?.products.length, messages[0]?.totalSize]).toEqual([count, count])
  })

  test('orders of a user and of a status', async () => {
    await lab.client.cancelOrder(101)
    const ids = async (request: object) =>
      (await lab.raw.unary(shop.listOrders, request)).messages[0]?.orders.map(({ id }) => Number(id))
    expect(await ids({ userId: 1n })).toEqual([101])
    expect(await ids({ status: 2 })).toEqual([101])
    expect(await ids({ status: 1, orderBy: 'totalAmount_desc' })).toEqual([456, 102])
    expect(await ids({ userId: 2n ** 53n - 1n })).toEqual([])
  })

  test('users stream by id; a token is the id of a user who need not be there', async () => {
    const ids = async (request: object) => {
      const { messages, trailers } = await lab.raw.unary(users.listUsers, request)
      return [messages.map(({ id }) => id), trailers['next-page-token']]
    }
    expect(await ids({})).toEqual([['1', '2', '123'], undefined])
    expect(await ids({ pageToken: '50' })).toEqual([['123'], undefined])
    expect(await ids({ pageSize: 1, pageToken: '1' })).toEqual([['2'], '2'])
    expect(await ids({ pageSize: 3 })).toEqual([['1', '2', '123'], undefined])
    expect(await ids({ pageToken: '123' })).toEqual([[], undefined])
  })
})

test('the largest amount, an amount below one euro, and a time with milliseconds are exact', async () => {
  const items = Array.from({ length: 50 }, () => ({ productId: 309n, quantity: 1000 }))
  const { messages } = await lab.raw.unary(shop.placeOrder, { userId: 1n, items })
  expect(messages[0]?.totalAmount).toMatchObject({ currencyCode: 'EUR', units: 617_283_945_000n, nanos: 0 })
  expect((messages[0]?.createTime?.nanos ?? 1) % 1_000_000).toBe(0)
  const product = await lab.raw.unary(shop.getProduct, { id: 308n })
  expect(product.messages[0]?.price).toMatchObject({ units: 0n, nanos: 290_000_000 })
})

test('the client has the shop in the words of every style', async () => {
  const { client } = lab
  const user = await client.createUser({ name: '  Dora ', email: 'dora@example.com' })
  expect(user).toMatchObject({ name: 'Dora', role: 'user', version: 1 })
  expect(await client.updateUser(user.id, { name: 'Dora B' })).toMatchObject({
    version: 2,
    email: 'dora@example.com',
  })
  await expect(client.updateUser(1, { role: 'admin' })).rejects.toMatchObject({ code: 'unimplemented' })
  const order = await client.placeOrder({ userId: user.id, items: [{ productId: 302, quantity: 2 }] })
  expect(order).toMatchObject({ status: 'placed', totalAmount: 51, items: [{ unitPrice: 25.5 }] })
  expect((await client.cancelOrder(order.id)).status).toBe('cancelled')
  expect(await client.listOrders({ userId: user.id, status: 'cancelled' })).toHaveLength(1)
  expect((await client.listUsers({ limit: 2 })).map(({ role }) => role)).toEqual(['admin', 'user'])
  await expect(client.placeOrder({ userId: 1, items: [] })).rejects.toMatchObject({
    code: 'invalid_argument',
    violations: [{ field: 'items', description: expect.any(String) }],
  })
  await expect(client.deleteUser(user.id)).rejects.toMatchObject({ reason: 'user_has_orders' })
})

describe('what the room gives', () => {
  test('health: the server and both services; another name is NOT_FOUND', async () => {
    for (const service of ['', 'user.UserService', 'shop.v1.ShopService'])
      expect((await lab.raw.unary(Health.method.check, { service })).messages).toMatchObject([{ status: 1 }])
    expect((await lab.raw.unary(Health.method.check, { service: 'shop.v1' })).status).toBe(5)
  })

  test.each([
    ['v1', ServerReflectionV1.method.serverReflectionInfo],
    ['v1alpha', ServerReflectionV1alpha.method.serverReflectionInfo],
  ])(
    'reflection %s lists both services, and gives every file that shop.proto imports',
    async (_version, method) => {
      const ask = async (messageRequest: object) =>
        (await lab.raw.unary(method, { messageRequest } as never)).messages[0]?.messageResponse
      const list = await ask({ case: 'listServices', value: '' })
      const names = list?.case === 'listServicesResponse' ? list.value.service.map(({ name }) => name) : []
      expect(names.slice(0, 2)).toEqual(['user.UserService', 'shop.v1.ShopService'])
      const answer = await ask({ case: 'fileContainingSymbol', value: 'shop.v1.Event' })
      const files = answer?.case === 'fileDescriptorResponse' ? answer.value.fileDescriptorProto : []
      expect(files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name).sort()).toEqual([
        'google/protobuf/timestamp.proto',
        'google/type/money.proto',
        'shop/v1/shop.proto',
      ])
    },
  )

  test('gzip is taken, a long message is RESOURCE_EXHAUSTED, an unknown method UNIMPLEMENTED', async () => {
    const request = frame(toBinary(users.getUser.input, create(users.getUser.input, { id: '1' })))
    const zipped = frame(gzipSync(request.subarray(5)), 1)
    expect((await lab.raw.call(pathOf(users.getUser), zipped, { 'grpc-encoding': 'gzip' })).status).toBe(0)
    expect((await lab.raw.call(pathOf(users.getUser), frame(Buffer.alloc(4_194_305)))).status).toBe(8)
    expect((await lab.raw.call('/user.UserService/Nothing', request)).status).toBe(12)
    expect((await lab.raw.call('/shop.v1.Nothing/GetUser', request)).status).toBe(12)
  })
})
