import type { ShopClient } from '@polyservice-lab/clients'

/** The styles of the shop, by the names that `lab.shop` has for them, and their services. */
export const styles = {
  rest: 'shop-rest',
  graphql: 'shop-graphql',
  grpc: 'shop-grpc',
  soap: 'shop-soap',
  jsonrpc: 'shop-jsonrpc',
} as const

export type Style = keyof typeof styles

export const styleNames = Object.keys(styles) as Style[]

/**
 * What an operation comes to: `ok`, or the code of its error with the reason and the fields of its violations, in their order:
 * `already_exists email_taken`, `invalid_argument: name, email`.
 */
export type Outcome = string

/** One operation, with the same values in every style. */
export interface Operation {
  readonly name: string
  readonly outcome: Outcome
  /** Where the contract of a style has another outcome, and why. */
  readonly differs?: Partial<Record<Style, Outcome>>
  readonly why?: string
  /**
   * @param unique a word that nobody else has
   * @returns what the style told; compared with what the other styles told
   */
  run(shop: ShopClient, unique: string): Promise<unknown>
}

const nobody = 999_999_999
const emailOf = (unique: string) => `${unique}@example.com`
const item = { productId: 302, quantity: 2 }

const create = (shop: ShopClient, unique: string, name = 'Ann') =>
  shop.createUser({ name, email: emailOf(unique) })

async function placeForNew(shop: ShopClient, unique: string, items = [item]) {
  const { id } = await create(shop, unique)
  return shop.placeOrder({ userId: id, items })
}

const place =
  (items: readonly { productId: number; quantity: number }[], userId = 1) =>
  (shop: ShopClient) =>
    shop.placeOrder({ userId, items })

/** Why gRPC has another outcome: user.UserService of the users has no such field. */
const noRole = 'gRPC has no call that sets a role'
const idInText = 'an id that comes in a text names nothing where it is not the text of an id'

const reads: readonly Operation[] = [
  { name: 'a user', outcome: 'ok', run: (shop) => shop.getUser(123) },
  { name: 'an administrator', outcome: 'ok', run: (shop) => shop.getUser(1) },
  {
    name: 'a user who is not there',
    outcome: 'not_found user_not_found',
    run: (shop) => shop.getUser(nobody),
  },
  {
    name: 'a user with the largest id',
    outcome: 'not_found user_not_found',
    run: (shop) => shop.getUser(2 ** 53 - 1),
  },
  {
    name: 'a user with the id 0',
    outcome: 'invalid_argument: id',
    differs: { rest: 'not_found user_not_found', graphql: 'not_found user_not_found' },
    why: idInText,
    run: (shop) => shop.getUser(0),
  },
  {
    name: 'an order with the id -1',
    outcome: 'invalid_argument: id',
    differs: { rest: 'not_found order_not_found', graphql: 'not_found order_not_found' },
    why: idInText,
    run: (shop) => shop.getOrder(-1),
  },
  { name: 'the first users', outcome: 'ok', run: (shop) => shop.listUsers({ limit: 3 }) },
  { name: 'a product', outcome: 'ok', run: (shop) => shop.getProduct(302) },
  { name: 'the dearest product', outcome: 'ok', run: (shop) => shop.getProduct(309) },
  {
    name: 'a product with quotes and brackets in its name',
    outcome: 'ok',
    run: (shop) => shop.getProduct(308),
  },
  {
    name: 'a product that is not there',
    outcome: 'not_found product_not_found',
    run: (shop) => shop.getProduct(nobody),
  },
  { name: 'all products', outcome: 'ok', run: (shop) => shop.listProducts({ limit: 100 }) },
  { name: 'three products', outcome: 'ok', run: (shop) => shop.listProducts({ limit: 3 }) },
  { name: 'an order', outcome: 'ok', run: (shop) => shop.getOrder(101) },
  {
    name: 'an order that is not there',
    outcome: 'not_found order_not_found',
    run: (shop) => shop.getOrder(nobody),
  },
  { name: 'the orders of a user', outcome: 'ok', run: (shop) => shop.listOrders({ userId: 123 }) },
  {
    name: 'the placed orders of a user',
    outcome: 'ok',
    run: (shop) => shop.listOrders({ userId: 2, status: 'placed' }),
  },
  {
    name: 'the cancelled orders of a user',
    outcome: 'ok',
    run: (shop) => shop.listOrders({ userId: 2, status: 'cancelled' }),
  },
  { name: 'the orders of nobody', outcome: 'ok', run: (shop) => shop.listOrders({ userId: nobody }) },
]

const creations: readonly Operation[] = [
  { name: 'create a user', outcome: 'ok', run: (shop, unique) => create(shop, unique) },
  {
    name: 'a name between white space is cut',
    outcome: 'ok',
    run: (shop, unique) => create(shop, unique, ' \tAnn\u00a0Lee \n'),
  },
  {
    name: 'a name in Cyrillic, Chinese and emoji',
    outcome: 'ok',
    run: (shop, unique) => create(shop, unique, 'Ёж 刺猬 🦔'),
  },
  {
    name: 'a name with marks of XML and JSON',
    outcome: 'ok',
    run: (shop, unique) => create(shop, unique, `<a b="c">&amp;'\\]]>`),
  },
  {
    name: 'a name of a letter and its accent',
    outcome: 'ok',
    run: (shop, unique) => create(shop, unique, 'Ame\u0301lie'),
  },
  {
    name: 'a name of 100 emoji',
    outcome: 'ok',
    run: (shop, unique) => create(shop, unique, '🦔'.repeat(100)),
  },
  {
    name: 'a name of 101 emoji',
    outcome: 'invalid_argument: name',
    run: (shop, unique) => create(shop, unique, '🦔'.repeat(101)),
  },
  { name: 'no name', outcome: 'invalid_argument: name', run: (shop, unique) => create(shop, unique, '') },
  {
    name: 'a name of white space',
    outcome: 'invalid_argument: name',
    run: (shop, unique) => create(shop, unique, ' \u2003 '),
  },
  {
    name: 'a name with a line break',
    outcome: 'invalid_argument: name',
    run: (shop, unique) => create(shop, unique, 'Ann\nLee'),
  },
  {
    name: 'an email that is none',
    outcome: 'invalid_argument: email',
    run: (shop) => shop.createUser({ name: 'Ann', email: 'ann' }),
  },
  {
    name: 'an email with two dots',
    outcome: 'invalid_argument: email',
    run: (shop) => shop.createUser({ name: 'Ann', email: 'a..b@example.com' }),
  },
  {
    name: 'an email with a space at its end',
    outcome: 'invalid_argument: email',
    differs: { soap: 'ok' },
    why: 'white space around an email in XML is none of the value',
    run: (shop, unique) => shop.createUser({ name: 'Ann', email: `${emailOf(unique)} ` }),
  },
  {
    name: 'a wrong name and a wrong email',
    outcome: 'invalid_argument: name, email',
    run: (shop) => shop.createUser({ name: '', email: '' }),
  },
  {
    name: 'an email that is taken',
    outcome: 'already_exists email_taken',
    run: (shop) => shop.createUser({ name: 'Ann', email: 'alice@example.com' }),
  },
  {
    name: 'an email that is taken in small letters',
    outcome: 'already_exists email_taken',
    run: (shop) => shop.createUser({ name: 'Ann', email: 'ALICE@Example.COM' }),
  },
  {
    name: 'a wrong name and an email that is taken',
    outcome: 'invalid_argument: name',
    run: (shop) => shop.createUser({ name: '', email: 'alice@example.com' }),
  },
  {
    name: 'an email in capitals is kept so',
    outcome: 'ok',
    run: (shop, unique) => shop.createUser({ name: 'Ann', email: emailOf(unique).toUpperCase() }),
  },
  {
    name: 'an administrator',
    outcome: 'ok',
    differs: { grpc: 'unimplemented' },
    why: noRole,
    run: (shop, unique) => shop.createUser({ name: 'Ann', email: emailOf(unique), role: 'admin' }),
  },
]

const changes: readonly Operation[] = [
  ...(
    [
      ['change a name', 'ok', () => ({ name: 'Bea' })],
      ['change an email', 'ok', (unique) => ({ email: emailOf(`${unique}.new`) })],
      ['change both', 'ok', (unique) => ({ name: 'Bea', email: emailOf(`${unique}.new`) })],
      ['change an email to capitals', 'ok', (unique) => ({ email: emailOf(unique).toUpperCase() })],
      ['change a name to what it is', 'ok', () => ({ name: ' Ann ' })],
      ['change nothing', 'ok', () => ({})],
      ['change a name to a wrong one', 'invalid_argument: name', () => ({ name: '' })],
      ['change both to wrong ones', 'invalid_argument: name, email', () => ({ name: '', email: 'x' })],
      [
        'change an email to one that is taken',
        'already_exists email_taken',
        () => ({ email: 'Bob@example.com' }),
      ],
    ] as const satisfies readonly [string, Outcome, (unique: string) => { name?: string; email?: string }][]
  ).map(([name, outcome, changesOf]) => ({
    name,
    outcome,
    async run(shop: ShopClient, unique: string) {
      const { id } = await create(shop, unique)
      return shop.updateUser(id, changesOf(unique))
    },
  })),
  {
    name: 'change a role and take it away',
    outcome: 'ok',
    differs: { grpc: 'unimplemented' },
    why: noRole,
    async run(shop, unique) {
      const { id } = await create(shop, unique)
      return [await shop.updateUser(id, { role: 'admin' }), await shop.updateUser(id, { role: null })]
    },
  },
  {
    name: 'change nobody',
    outcome: 'not_found user_not_found',
    run: (shop, unique) => shop.updateUser(nobody, { name: 'Bea', email: emailOf(unique) }),
  },
  {
    name: 'change nobody wrongly',
    outcome: 'invalid_argument: name',
    run: (shop, unique) => shop.updateUser(nobody, { name: '', email: emailOf(unique) }),
  },
  {
    name: 'delete a user',
    outcome: 'not_found user_not_found',
    async run(shop, unique) {
      const { id } = await create(shop, unique)
      await shop.deleteUser(id)
      return shop.getUser(id)
    },
  },
  { name: 'delete nobody', outcome: 'not_found user_not_found', run: (shop) => shop.deleteUser(nobody) },
  {
    name: 'delete a user with orders',
    outcome: 'failed_precondition user_has_orders',
    run: (shop) => shop.deleteUser(123),
  },
  {
    name: 'an email is free after its user was deleted',
    outcome: 'ok',
    async run(shop, unique) {
      await shop.deleteUser((await create(shop, unique)).id)
      return create(shop, unique)
    },
  },
]

const orders: readonly Operation[] = [
  { name: 'place an order', outcome: 'ok', run: (shop, unique) => placeForNew(shop, unique) },
  {
    name: 'an order of two products',
    outcome: 'ok',
    run: (shop, unique) => placeForNew(shop, unique, [item, { productId: 310, quantity: 3 }]),
  },
  {
    name: 'the same product twice',
    outcome: 'ok',
    run: (shop, unique) => placeForNew(shop, unique, [item, item]),
  },
  {
    name: '50 items',
    outcome: 'ok',
    run: (shop, unique) =>
      placeForNew(
        shop,
        unique,
        Array.from({ length: 50 }, (_, i) => ({ productId: 301 + (i % 10), quantity: i + 1 })),
      ),
  },
  {
    name: 'the largest sum',
    outcome: 'ok',
    run: (shop, unique) => placeForNew(shop, unique, Array(50).fill({ productId: 309, quantity: 1000 })),
  },
  { name: '51 items', outcome: 'invalid_argument: items', run: place(Array(51).fill(item)) },
  { name: 'no items', outcome: 'invalid_argument: items', run: place([]) },
  {
    name: 'a quantity of 0',
    outcome: 'invalid_argument: items[0].quantity',
    run: place([{ ...item, quantity: 0 }]),
  },
  {
    name: 'a quantity of 1001',
    outcome: 'invalid_argument: items[1].quantity',
    run: place([item, { ...item, quantity: 1001 }]),
  },
  {
    name: 'a product with the id 0',
    outcome: 'invalid_argument: items[0].productId',
    differs: { graphql: 'not_found product_not_found' },
    why: idInText,
    run: place([{ ...item, productId: 0 }]),
  },
  {
    name: 'several wrong values',
    outcome: 'invalid_argument: userId, items[0].quantity, items[1].productId, items[1].quantity',
    differs: { graphql: 'invalid_argument: items[0].quantity, items[1].quantity' },
    why: idInText,
    run: place(
      [
        { ...item, quantity: -1 },
        { productId: -5, quantity: 2000 },
      ],
      0,
    ),
  },
  { name: 'an order of nobody', outcome: 'not_found user_not_found', run: place([item], nobody) },
  {
    name: 'an order of no product',
    outcome: 'not_found product_not_found',
    run: place([item, { productId: nobody, quantity: 1 }]),
  },
  {
    name: 'an order of nobody and no product',
    outcome: 'not_found user_not_found',
    run: place([{ productId: nobody, quantity: 1 }], nobody),
  },
  {
    name: 'a wrong order of nobody',
    outcome: 'invalid_argument: items[0].quantity',
    run: place([{ ...item, quantity: 0 }], nobody),
  },
  {
    name: 'the same order twice by a key',
    outcome: 'ok',
    async run(shop, unique) {
      const { id: userId } = await create(shop, unique)
      const order = { userId, items: [item] }
      const [first, second] = [
        await shop.placeOrder(order, { idempotencyKey: unique }),
        await shop.placeOrder(order, { idempotencyKey: unique }),
      ]
      return { first, isSame: first.id === second.id, all: await shop.listOrders({ userId }) }
    },
  },
  {
    name: 'another order by a key that was used',
    outcome: 'failed_precondition idempotency_key_reused',
    async run(shop, unique) {
      const { id: userId } = await create(shop, unique)
      await shop.placeOrder({ userId, items: [item] }, { idempotencyKey: unique })
      return shop.placeOrder({ userId, items: [{ ...item, quantity: 3 }] }, { idempotencyKey: unique })
    },
  },
  {
    name: 'a key that was refused is free',
    outcome: 'ok',
    async run(shop, unique) {
      const { id: userId } = await create(shop, unique)
      const wrong = { userId, items: [{ productId: nobody, quantity: 1 }] }
      await shop.placeOrder(wrong, { idempotencyKey: unique }).catch(() => {})
      return shop.placeOrder({ userId, items: [item] }, { idempotencyKey: unique })
    },
  },
  {
    name: 'a key of 256 characters',
    outcome: 'invalid_argument: idempotencyKey',
    differs: { rest: 'invalid_argument: Idempotency-Key' },
    why: 'REST has the key in a header, and names the header',
    run: (shop) => shop.placeOrder({ userId: 1, items: [item] }, { idempotencyKey: 'k'.repeat(256) }),
  },
  {
    name: 'cancel an order',
    outcome: 'ok',
    run: async (shop, unique) => shop.cancelOrder((await placeForNew(shop, unique)).id),
  },
  {
    name: 'cancel an order twice',
    outcome: 'ok',
    async run(shop, unique) {
      const { id } = await placeForNew(shop, unique)
      return [await shop.cancelOrder(id), await shop.cancelOrder(id)]
    },
  },
  { name: 'cancel no order', outcome: 'not_found order_not_found', run: (shop) => shop.cancelOrder(nobody) },
  {
    name: 'a user whose orders are cancelled still has them',
    outcome: 'failed_precondition user_has_orders',
    async run(shop, unique) {
      const { id, userId } = await placeForNew(shop, unique)
      await shop.cancelOrder(id)
      return shop.deleteUser(userId)
    },
  },
]

/** All of them, by what they are about. */
export const operations: Readonly<Record<string, readonly Operation[]>> = {
  read: reads,
  'create users': creations,
  'change and delete users': changes,
  'place and cancel orders': orders,
}

/** The outcome that a style has by its contract. */
export function outcomeIn(style: Style, { outcome, differs }: Operation): Outcome {
  return differs?.[style] ?? outcome
}
