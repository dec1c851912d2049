import { beforeEach, describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { codesOf, fieldsOf, post, run } from './graphql.ts'

const lab = useLab(['shop-graphql'])
const service = () => lab.service('shop-graphql')
const address = () => service().address()

beforeEach(() => service().reset())

describe('lists', () => {
  test.each([
    ['users(limit: 0)', ['limit']],
    ['users(limit: 101)', ['limit']],
    ['users(page: 0)', ['page']],
    ['users(q: "", email: "")', ['email', 'q']],
    ['users(sort: [name_asc, name_desc], page: 100001)', ['sort', 'page']],
    ['products(sort: [id_asc, name_asc, price_asc, price_desc])', ['sort']],
    ['orders(limit: -1)', ['limit']],
    ['user(id: 1) { orders(limit: 0) { id } } users', []],
  ])('%s says which arguments are wrong', async (field, fields) => {
    const result = await run(address(), `{ ${field} { id } }`)
    expect(codesOf(result)).toEqual(['INVALID_ARGUMENT'])
    if (fields.length > 0) expect(fieldsOf(result)).toEqual(fields)
  })

  test.each([
    ['users(q: "%")', []],
    ['users(q: "\\u0000")', []],
    ['users(email: "ALICE@example.com")', ['1']],
    ['users(page: 2, limit: 2, sort: [])', ['123']],
    ['users(page: null, limit: null, q: null, role: null, sort: null)', ['1', '2', '123']],
    ['users(role: admin)', ['1']],
    ['products(q: "чех")', ['306']],
    ['products(sort: [price_desc, name_asc], limit: 3)', ['309', '304', '301']],
    ['orders(userId: "abc")', []],
    ['orders(userId: 1, status: placed)', ['101']],
    ['orders(sort: [totalAmount_desc], limit: 2)', ['101', '456']],
  ])('%s finds %j', async (field, ids) => {
    const { data, errors } = await run(address(), `{ list: ${field} { id } }`)
    expect(errors).toBeUndefined()
    expect((data?.['list'] as { id: string }[] | undefined)?.map(({ id }) => id)).toEqual(ids)
  })

  test('of orders of users, each has a page of its own', async () => {
    const place = `mutation { a: placeOrder(userId: 2, items: [{ productId: 310, quantity: 1 }]) { order { id } }
      b: placeOrder(userId: 2, items: [{ productId: 302, quantity: 2 }]) { order { id } } }`
    expect((await run(address(), place)).errors).toBeUndefined()
    const { data } = await run(
      address(),
      '{ users { first: orders(limit: 1) { id } second: orders(limit: 1, page: 2) { id } all: orders { id } } }',
    )
    const counted = (data?.['users'] as Record<string, { id: string }[]>[] | undefined)?.map((user) =>
      [user['first'], user['second'], user['all']].map((orders) => orders?.length),
    )
    expect(counted).toEqual([
      [1, 0, 1],
      [1, 1, 3],
      [1, 0, 1],
    ])
  })
})

test('a connection has every user once, by id, whatever is added meanwhile', async () => {
  const document = `query($after: String) { usersConnection(first: 1, after: $after) {
    totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`
  const seen: string[] = []
  for (let after: string | null = null; ; ) {
    const { data } = await run(address(), document, { after })
    const connection = data?.['usersConnection'] as {
      edges: { cursor: string; node: { id: string } }[]
      pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string }
    }
    const { edges, pageInfo } = connection
    expect(edges.map(({ cursor }) => cursor)).toEqual([pageInfo.startCursor])
    expect([pageInfo.endCursor, pageInfo.hasPreviousPage]).toEqual([pageInfo.startCursor, after !== null])
    seen.push(...edges.map(({ node }) => node.id))
    if (!pageInfo.hasNextPage) break
    after = pageInfo.endCursor
    if (seen.length === 1)
      await run(address(), 'mutation { createUser(name: "Z", email: "z@example.com") { user { id } } }')
  }
  expect(seen).toEqual(['1', '2', '123', expect.any(String)])
  for (const after of ['', 'abc', '0'.repeat(30)])
    expect(fieldsOf(await run(address(), document, { after }))).toEqual(['after'])
})

describe('mutations', () => {
  test.each([
    ['updateUser(id: 1, name: null, email: "x") { user { id } }', 'INVALID_ARGUMENT', ['name', 'email']],
    ['updateUser(id: "x", name: "") { user { id } }', 'INVALID_ARGUMENT', ['name']],
    ['updateUser(id: "01", name: "A") { user { id } }', 'user_not_found', []],
    ['updateUser(id: 2, email: "ALICE@example.com") { user { id } }', 'email_taken', []],
    ['deleteUser(id: 1) { id }', 'user_has_orders', []],
    ['deleteUser(id: 9007199254740993) { id }', 'user_not_found', []],
    ['cancelOrder(id: "1e2") { order { id } }', 'order_not_found', []],
    [
      'placeOrder(userId: "abc", items: [{ productId: 1, quantity: 1 }]) { order { id } }',
      'user_not_found',
      [],
    ],
    [
      'placeOrder(userId: 1, items: [{ productId: "x", quantity: 1 }]) { order { id } }',
      'product_not_found',
      [],
    ],
    [
      'placeOrder(userId: "abc", items: [{ productId: "x", quantity: 0 }]) { order { id } }',
      ...(['INVALID_ARGUMENT', ['items[0].quantity']] as const),
    ],
    ['placeOrder(userId: 1, items: []) { order { id } }', 'INVALID_ARGUMENT', ['items']],
    [
      'placeOrder(userId: 1, items: [{ productId: 301, quantity: 1 }], idempotencyKey: "a b") { order { id } }',
      ...(['INVALID_ARGUMENT', ['idempotencyKey']] as const),
    ],
  ])('%s is refused', async (field, code, fields) => {
    const result = await run(address(), `mutation { ${field} }`)
    const [error] = result.errors ?? []
    expect(error?.extensions.reason ?? error?.extensions.code).toBe(code)
    expect(error?.path).toEqual([field.split('(')[0]])
    expect(fieldsOf(result)).toEqual(fields)
  })

  test('no role is the role user, and what does not change has no new version', async () => {
    const result = await run(
      address(),
      `mutation { a: updateUser(id: 1, role: null) { user { role version } } b: updateUser(id: 1) { user { version } }
        c: createUser(name: " Dora ", email: "dora@example.com", role: null) { user { name role } } }`,
    )
    expect(result).toEqual({
      data: {
        a: { user: { role: 'user', version: 2 } },
        b: { user: { version: 2 } },
        c: { user: { name: 'Dora', role: 'user' } },
      },
    })
  })

  test('a key places one order', async () => {
    const place = `mutation { a: placeOrder(userId: 1, items: [{ productId: 302, quantity: 2 }], idempotencyKey: "k") { order { id } }
      b: placeOrder(userId: "1", items: [{ productId: "302", quantity: 2 }], idempotencyKey: "k") { order { id } }
      c: placeOrder(userId: 1, items: [{ productId: 302, quantity: 3 }], idempotencyKey: "k") { order { id } } }`
    const { data, errors } = await run(address(), place)
    expect(data?.['a']).toEqual(data?.['b'])
    expect(errors?.map(({ extensions }) => extensions.reason)).toEqual(['idempotency_key_reused'])
  })
})

describe('requests', () => {
  test.each([
    ['no JSON', '{', 400, ['BAD_REQUEST']],
    ['nothing', '', 400, ['BAD_REQUEST']],
    [
      'bytes that are no UTF-8',
      Buffer.from('{"query":"{ users { id } } # \xff"}', 'latin1'),
      400,
      ['BAD_REQUEST'],
    ],
    ['JSON null', 'null', 400, ['BAD_REQUEST']],
    ['no query', {}, 400, ['BAD_REQUEST']],
    ['a query that is a number', { query: 1 }, 400, ['BAD_REQUEST']],
    ['variables that are a list', { query: '{ users { id } }', variables: [] }, 400, ['BAD_REQUEST']],
    ['a name that is an object', { query: '{ users { id } }', operationName: {} }, 400, ['BAD_REQUEST']],
    ['an empty batch', [], 400, ['BAD_REQUEST']],
    ['a document that does not parse', { query: '{' }, 400, ['GRAPHQL_PARSE_FAILED']],
    [
      'an unknown operation',
      { query: '{ users { id } }', operationName: 'X' },
      400,
      ['GRAPHQL_VALIDATION_FAILED'],
    ],
    ['a subscription', { query: 'subscription { feed { seq } }' }, 406, ['BAD_REQUEST']],
    [
      'a variable that does not fit',
      { query: 'query($n: Int) { users(limit: $n) { id } }', variables: { n: '1' } },
      ...([400, ['GRAPHQL_VALIDATION_FAILED']] as const),
    ],
  ] as const)('%s is answered so', async (_what, body, status, codes) => {
    const told = await post(address(), body)
    expect([told.status, codesOf(told.body), 'data' in told.body]).toEqual([status, codes, false])
    expect(told.headers.get('content-type')).toContain('application/graphql-response+json')
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/graphql',
    'application/json; charset=utf-16',
  ])('a body of the type %s is refused, and nothing of it runs', async (type) => {
    const query = 'mutation { deleteUser(id: 2) { id } }'
    const told = await post(address(), { query }, { 'Content-Type': type })
    expect([told.status, codesOf(told.body)]).toEqual([415, ['BAD_REQUEST']])
  })

  test.each([
    ['application/json;q=0.1, application/graphql-response+json', 'application/graphql-response+json'],
    ['application/graphql-response+json;q=0, */*', 'application/json'],
    ['application/graphql-response+json; charset=utf-8', 'application/graphql-response+json'],
    ['image/png', 'application/json'],
    ['*/*', 'application/json'],
  ])('Accept: %s is answered with %s', async (accept, type) => {
    const told = await post(address(), { query: '{ users { id } }' }, { Accept: accept })
    expect([told.status, told.headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`])
  })

  test.each(['*/*', 'text/event-stream', 'application/graphql-response+json'])(
    'a mutation by GET that accepts %s is refused, and does not run',
    async (accept) => {
      const { host, port } = address()
      const query = encodeURIComponent('mutation { cancelOrder(id: 101) { order { id } } }')
      const response = await fetch(`http://${host}:${port}/graphql?query=${query}`, {
        headers: { Accept: accept },
      })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
      expect((await run(address(), '{ order(id: 101) { status } }')).data).toEqual({
        order: { status: 'placed' },
      })
    },
  )

  test('the entries of a batch are answered in order, each for itself', async () => {
    const create = 'mutation { createUser(name: "Dora", email: "dora@example.com") { user { name } } }'
    const batch = [
      1,
      { query: create },
      { query: '{ users(email: "dora@example.com") { name } }' },
      { query: '{ no }' },
    ]
    const { status, body } = await post(address(), batch)
    expect([status, body]).toMatchObject([
      200,
      [
        { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
        { data: { createUser: { user: { name: 'Dora' } } } },
        { data: { users: [{ name: 'Dora' }] } },
        { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
      ],
    ])
    const many = await post(address(), Array(11).fill({ query: create }))
    expect([many.status, codesOf(many.body)]).toEqual([413, ['RESOURCE_EXHAUSTED']])
  })

  test.each(['/graphql/', '/Graphql', '/health', '/graphiql/nothing'])('%s is no path', async (path) => {
    const { host, port } = address()
    expect((await fetch(`http://${host}:${port}${path}`)).status).toBe(404)
  })

  test('an answer has the id of its request', async () => {
    const told = await post(address(), { query: '{ users { id } }' }, { 'X-Request-Id': 'mine' })
    expect([told.status, told.headers.get('x-request-id')]).toEqual([200, 'mine'])
  })
})
