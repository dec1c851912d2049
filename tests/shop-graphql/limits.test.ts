import { expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { codesOf, post, run } from './graphql.ts'

const lab = useLab(['shop-graphql'])
const address = () => lab.service('shop-graphql').address()

/** A text that repeats with its number in place of #. */
const repeat = (count: number, text: string) =>
  Array.from({ length: count }, (_, i) => text.replaceAll('#', String(i))).join(' ')
/** `orders { user { orders { ...` so many fields deep, the last one a scalar. */
function deep(levels: number, i = 0): string {
  return i === levels - 1 ? 'id' : `${i % 2 === 0 ? 'orders(limit: 1)' : 'user'} { ${deep(levels, i + 1)} }`
}

test.each([
  ['ten fields one inside the other', `{ user(id: 1) { ${deep(9)} } }`],
  ['30 aliases', `{ user(id: 1) { ${repeat(30, 'a#: name')} } }`],
  ['a cost of 10,000', '{ a: users(limit: 99) { orders(limit: 100) { id } } }'],
  [
    'the introspection of GraphiQL',
    '{ __schema { types { name fields { name type { name ofType { name ofType { name ofType { name } } } } } } } }',
  ],
  [
    'a fragment that no operation spreads deep',
    `query A { users { id } } query B { user(id: 1) { ${deep(11)} } }`,
  ],
  [
    'edges that are objects',
    '{ usersConnection(first: 100) { edges { node { orders(limit: 90) { id } } } } }',
  ],
])('runs %s', async (_what, query) => {
  const told = await post(address(), { query, operationName: query.includes('query A') ? 'A' : null })
  expect([told.status, codesOf(told.body)]).toEqual([200, []])
})

test.each([
  ['eleven fields one inside the other', `{ user(id: 1) { ${deep(10)} } }`],
  [
    'the same by fragments',
    `{ ...R } fragment R on Query { user(id: 1) { ...U } } fragment U on User { ${deep(10)} }`,
  ],
  ['31 aliases', `{ ${repeat(31, 'a#: user(id: 1) { id }')} }`],
  ['31 aliases in a fragment', `{ users { ...F } } fragment F on User { ${repeat(31, 'a#: name')} }`],
  [
    'a fragment of 16 aliases, spread twice',
    `{ user(id: 1) { ...F } b: users { ...F } } fragment F on User { ${repeat(16, 'a#: name')} }`,
  ],
  ['an alias of 101 characters', `{ users { ${'a'.repeat(101)}: name } }`],
  ['a cost of 10,101', '{ users(limit: 100) { orders(limit: 100) { id } } }'],
  ['a limit of a million', '{ users(limit: 1000000) { id } }'],
  ['a million by default', 'query($n: Int = 1000000) { users(limit: $n) { id } }'],
  ['lists that say nothing', '{ users { orders { user { orders { user { orders { id } } } } } } }'],
  [
    'items',
    '{ orders(limit: 100) { items { product { name } unitPrice } user { orders(limit: 90) { id } } } }',
  ],
  ['a connection', '{ usersConnection(first: 100) { edges { node { orders(limit: 100) { id } } } } }'],
  [
    'a subscription',
    'subscription { feed { user { orders(limit: 100) { user { orders(limit: 100) { id } } } } } }',
  ],
])('refuses %s, and runs nothing', async (_what, query) => {
  const headers = query.startsWith('subscription') ? { Accept: 'text/event-stream' } : {}
  if ('Accept' in headers) {
    const { host, port } = address()
    const url = `http://${host}:${port}/graphql?query=${encodeURIComponent(query)}`
    expect(await (await fetch(url, { headers })).text()).toContain('"code":"RESOURCE_EXHAUSTED"')
    return
  }
  const told = await post(address(), { query })
  expect([told.status, codesOf(told.body)[0], 'data' in told.body]).toEqual([
    400,
    'RESOURCE_EXHAUSTED',
    false,
  ])
})

test('a limit in a variable counts', async () => {
  const query = 'query($n: Int) { users(limit: $n) { id } }'
  expect(codesOf(await run(address(), query, { n: 1_000_000 }))).toEqual(['RESOURCE_EXHAUSTED'])
  expect((await run(address(), query, { n: 100 })).errors).toBeUndefined()
})

/** What a hostile client may send: the code of the answer, which is short. */
test.each([
  [
    'circular fragments',
    '{ users { ...A } } fragment A on User { orders { user { ...B } } } fragment B on User { orders { user { ...A } } }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'a fragment that spreads itself',
    '{ users { ...A } } fragment A on User { ...A }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'fragments that double',
    `{ users { ...F0 } } ${repeat(40, 'fragment F# on User { ...G# ...G# } fragment G# on User { ...H# }')} `,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['1,000 directives', `{ __typename ${'@a '.repeat(1000)}}`, 'GRAPHQL_PARSE_FAILED'],
  ['values 6,000 deep', `{ users(q: ${'['.repeat(6000)}) { id } }`, 'GRAPHQL_PARSE_FAILED'],
  ['fields 400 deep', `{ users ${'{ orders { user '.repeat(200)}`, 'GRAPHQL_PARSE_FAILED'],
  ['a field of 900,000 characters', `{ ${'x'.repeat(900_000)} }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['a text of 900,000 characters', `{ users(q: "${'x'.repeat(900_000)}") { id } }`, 'INVALID_ARGUMENT'],
  [
    'an id of 900,000 characters',
    `mutation { deleteUser(id: "${'1'.repeat(900_000)}") { id } }`,
    'NOT_FOUND',
  ],
  [
    'an unknown enum of 900,000 characters',
    `{ users(role: ${'x'.repeat(900_000)}) { id } }`,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'introspection in itself',
    `{ __schema { types { ${'fields { type { '.repeat(8)} name ${'} }'.repeat(8)} } } }`,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['100 fields of one name', `{ ${repeat(100, 'user(id: #) { id }')} }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['names of Object', '{ constructor __proto__ toString }', 'GRAPHQL_VALIDATION_FAILED'],
])('answers %s with a short error', async (_what, query, code) => {
  const { host, port } = address()
  const response = await fetch(`http://${host}:${port}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query }),
  })
  const text = await response.text()
  expect([response.status < 500, codesOf(JSON.parse(text))[0]]).toEqual([true, code])
  expect(text.length).toBeLessThan(10_000)
})

test('a variable of 900,000 characters is not repeated', async () => {
  const query = 'query($n: Int) { users(limit: $n) { id } }'
  const told = await run(address(), query, { n: 'x'.repeat(900_000) })
  expect([codesOf(told), JSON.stringify(told).length < 1_000]).toEqual([['GRAPHQL_VALIDATION_FAILED'], true])
})

test('variables with the names of Object are variables', async () => {
  const query =
    'query($constructor: ID!, $toString: Int) { user(id: $constructor) { id orders(limit: $toString) { id } } }'
  const { status, body } = await post(
    address(),
    `{"query": ${JSON.stringify(query)}, "variables": {"constructor": 1, "__proto__": {"toString": 5}}}`,
  )
  expect([status, body]).toEqual([200, { data: { user: { id: '1', orders: [{ id: '101' }] } } }])
})

test('a body beyond the limit is refused, and so is one that is compressed', async () => {
  const query = `{ users { id } } #${'x'.repeat(1_048_576)}`
  expect((await post(address(), { query })).status).toBe(413)
  expect((await post(address(), { query: '{ users { id } }' }, { 'Content-Encoding': 'gzip' })).status).toBe(
    415,
  )
})
