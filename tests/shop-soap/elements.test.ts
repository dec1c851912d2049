import { beforeEach, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { call } from './support/envelopes.ts'

const lab = useLab(['shop-soap'])
const service = () => lab.service('shop-soap')
const address = () => service().address()

beforeEach(() => service().reset())

test.each([
  ['GetUser', '', ['id']],
  ['GetUser', '<id/>', ['id']],
  ['GetUser', '<id>0</id>', ['id']],
  ['GetUser', '<id>9007199254740992</id>', ['id']],
  ['GetUser', '<id>9007199254740993</id>', ['id']],
  ['GetUser', '<id>1.0</id>', ['id']],
  ['GetUser', '<id>1e2</id>', ['id']],
  ['GetUser', '<id>0x1</id>', ['id']],
  ['GetUser', '<id><b>1</b></id>', ['id']],
  ['GetUser', '<id>1</id><id>2</id>', ['id']],
  ['GetUser', '<id xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>', ['id']],
  ['GetUser', '<id>1</id><view>none</view>', ['view']],
  ['GetUser', '<id>1</id><x/><y/>', ['x', 'y']],
  ['GetUser', '<id xmlns="">1</id>', ['id', '{}id']],
  ['GetUser', '<id>1</id><toString/><__proto__/><constructor/>', ['toString', '__proto__', 'constructor']],
  ['CreateUser', '<email/><role>root</role>', ['name', 'email', 'role']],
  ['CreateUser', '<name>\u0085</name><email>a@b</email>', ['name', 'email']],
  ['UpdateUser', '<id>1</id><name/><email> </email>', ['name', 'email']],
  ['ListUsers', '<email/>', ['email']],
  ['ListUsers', '<limit>101</limit><page>0</page><sort>name</sort>', ['sort', 'page', 'limit']],
  ['ListUsers', `<q>${'x'.repeat(101)}</q>`, ['q']],
  ['ListOrders', '<userId>0</userId><status>lost</status>', ['userId', 'status']],
  ['PlaceOrder', '', ['userId', 'item']],
  ['PlaceOrder', '<userId>1</userId><item/>', ['item[0].productId', 'item[0].quantity']],
  [
    'PlaceOrder',
    '<userId>1</userId><item><productId>301</productId><quantity>1</quantity></item><item><productId>0</productId><quantity>1001</quantity><x/></item><idempotencyKey>a b</idempotencyKey>',
    ['item[1].productId', 'item[1].quantity', 'item[1].x', 'idempotencyKey'],
  ],
  [
    'PlaceOrder',
    `<userId>1</userId>${'<item><productId>301</productId><quantity>1</quantity></item>'.repeat(51)}`,
    ['item'],
  ],
])('%s %s: violations', async (name, content, fields) => {
  const answer = await call(address(), name, content)
  expect([answer.status, answer.code, answer.fields]).toEqual([400, 'invalid_argument', fields])
})

test.each([
  ['GetUser', '<id> \n+0123\t</id><view> full </view>', '<version>1</version>'],
  ['GetUser', '<view/><id>1</id>', '<name>Alice</name>'],
  [
    'GetUser',
    '<id>1</id><view xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil=" true ">full</view>',
    '<email>alice@example.com</email></User>',
  ],
  ['ListUsers', '<role> admin </role><q/><sort/><page/><limit/>', '<total>1</total>'],
  ['ListUsers', '<email> ALICE@example.com </email>', '<total>1</total>'],
  [
    'CreateUser',
    '<role/><email> Eve@example.com\n</email><name> Eve </name><view>full</view>',
    '<name>Eve</name><email>Eve@example.com</email><role>user</role>',
  ],
  [
    'UpdateUser',
    '<id>1</id><role/><view>full</view>',
    '<role>admin</role><createdAt>2024-01-01T00:00:00.000Z</createdAt><version>1</version>',
  ],
  ['DeleteUser', '<id>2</id>', 'user_has_orders'],
  ['ListProducts', '<q>"a&amp;b"</q>', '<name>Adapter &quot;A&amp;B&quot; &lt;C&gt;</name>'],
  ['GetProduct', '<id>309</id>', '<price>12345678.90</price>'],
  ['ListOrders', '<userId>123</userId><status>placed</status>', '<totalAmount>101.00</totalAmount>'],
  ['CancelOrder', '<id>456</id>', '<status>cancelled</status>'],
  [
    'PlaceOrder',
    '<item><quantity>1000</quantity><productId>309</productId></item><userId>1</userId><idempotencyKey/>',
    '<totalAmount>12345678900.00</totalAmount>',
  ],
])('%s %s is taken', async (name, content, part) => {
  expect((await call(address(), name, content)).text).toContain(part)
})

test.each([
  ['GetUser', '<id>7</id>', 'not_found', 'user_not_found'],
  ['GetProduct', '<id>7</id>', 'not_found', 'product_not_found'],
  ['GetOrder', '<id>7</id>', 'not_found', 'order_not_found'],
  ['CancelOrder', '<id>7</id>', 'not_found', 'order_not_found'],
  [
    'PlaceOrder',
    '<userId>1</userId><item><productId>7</productId><quantity>1</quantity></item>',
    'not_found',
    'product_not_found',
  ],
  ['CreateUser', '<name>A</name><email>BOB@example.com</email>', 'already_exists', 'email_taken'],
  ['DeleteUser', '<id>1</id>', 'failed_precondition', 'user_has_orders'],
])('%s %s: %s, %s', async (name, content, code, reason) => {
  const answer = await call(address(), name, content)
  expect([answer.status, answer.faultCode, answer.code, answer.reason]).toEqual([400, 'Sender', code, reason])
})

test('a key places one order, and is refused for another request', async () => {
  const place = (quantity: number) =>
    call(
      address(),
      'PlaceOrder',
      `<userId>1</userId><item><productId>310</productId><quantity>${quantity}</quantity></item><idempotencyKey>once</idempotencyKey>`,
    )
  const [first, again, other] = [await place(1), await place(1), await place(2)]
  expect(again.text).toBe(first.text)
  expect(other.reason).toBe('idempotency_key_reused')
})
