import { createHmac } from 'node:crypto'
import { ShopService, UserService } from '@polyservice-lab/contracts/shop/grpc'
import { expect, test } from 'vitest'
import { useShopLab } from './support/shop-lab.ts'

const secret = 'a secret of at least 32 bytes, for tests'
const lab = useShopLab({ AUTH: 'writes', SHOP_JWT_SECRET: secret })
const users = UserService.method
const shop = ShopService.method

const now = Math.floor(Date.now() / 1000)
const claims = { user: 'admin', iat: now, exp: now + 3600 }
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A JSON Web Token (RFC 7519). */
function token(payload: object = claims, key = secret, algorithm: 'HS256' | 'HS512' = 'HS256'): string {
  const head = `${part({ alg: algorithm })}.${part(payload)}`
  const hash = algorithm === 'HS256' ? 'sha256' : 'sha512'
  return `${head}.${createHmac(hash, key).update(head).digest('base64url')}`
}

const reads = [users.getUser, users.listUsers, shop.getUser, shop.listProducts, shop.watchFeed]
const writes = [users.createUser, users.updateUser, users.deleteUser, shop.placeOrder, shop.cancelOrder]

test.each([
  ['another key', `Bearer ${token(claims, 'x'.repeat(32))}`],
  ['another algorithm', `Bearer ${token(claims, secret, 'HS512')}`],
  ['no signature', `Bearer ${part({ alg: 'none' })}.${part(claims)}.`],
  ['an expired one', `Bearer ${token({ ...claims, exp: now - 1 })}`],
  ['no end', `Bearer ${token({ user: 'admin', iat: now })}`],
  ['another scheme', `Basic ${token()}`],
  ['no scheme', token()],
  ['nothing behind the scheme', 'Bearer'],
])(
  'a wrong token is UNAUTHENTICATED on every rpc, before the request is looked at: %s',
  async (_name, authorization) => {
    for (const method of [...reads, ...writes])
      expect((await lab.raw.unary(method, {}, { authorization })).status).toBe(16)
  },
)

test('without one, writes are UNAUTHENTICATED and reads work', async () => {
  for (const method of writes) expect((await lab.raw.unary(method, {})).status).toBe(16)
  expect((await lab.raw.unary(users.getUser, { id: '1' })).status).toBe(0)
  expect((await lab.raw.unary(shop.listProducts, {})).status).toBe(0)
})

test('with a right one, writes work', async () => {
  await using client = lab.service.client({ token: token() })
  expect((await client.createUser({ name: 'Dora', email: 'dora@example.com' })).version).toBe(1)
  await using wrong = lab.service.client({ token: 'x' })
  await expect(wrong.getProduct(301)).rejects.toMatchObject({ code: 'unauthenticated' })
})
