import { createShopRestClient } from '@polyservice-lab/clients'
import { beforeEach, describe, expect, test } from 'vitest'
import { runToExit } from '../support/docker.ts'
import { useLab } from '../support/lab.ts'

const pages = 'http://localhost:8006'
const lab = useLab(['shop-rest'], { CORS_ORIGINS: pages })
const service = () => lab.service('shop-rest')

function send(path: string, init: RequestInit = {}): Promise<Response> {
  const { host, port } = service().address()
  return fetch(`http://${host}:${port}${path}`, init)
}

const json = { 'Content-Type': 'application/json' }
const withJson = (method: string, body: string | Buffer<ArrayBuffer>, headers = {}): RequestInit => ({
  ...{ method, body, headers: { ...json, ...headers } },
})

interface Problem {
  readonly code: string
  readonly reason?: string
  readonly errors?: readonly { readonly field: string }[]
}

const problemOf = async (response: Response) => (await response.json()) as Problem
const fieldsOf = async (response: Response) => (await problemOf(response)).errors?.map(({ field }) => field)

beforeEach(() => service().reset())

test.each([
  ...['/users/1/', '/api/v2/users/1/', '/api/v2/USERS', '/api/v2/users/%', '/api/v2/users/01'],
  ...[
    '/api/v2/users/1%2F2',
    '/api/v2/users/1%2Forders',
    '/api/v2/users/9007199254740992',
    '/api/v2/users/+1',
  ],
  ...['/problems/nothing', '/api/v2', '/api/v2/products/a%00b'],
])('%s names nothing', async (path) => {
  const response = await send(path)
  expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
  expect((await problemOf(response)).code).toBe('not_found')
})

test('below version 1, an unknown path is told in its form', async () => {
  const response = await send('/api/v1/nothing')
  expect([response.status, await response.json()]).toEqual([404, { message: expect.any(String) }])
})

test.each([
  ['limit=5&limit=5', ['limit']],
  ['limit=', ['limit']],
  ['limit=1e1', ['limit']],
  ['limit=%2B5', ['limit']],
  ['page=0', ['page']],
  ['page=100001', ['page']],
  ['cursor=&page=1', ['cursor']],
  ['cursor=WzFd', ['cursor']],
  ['sort=name', ['sort']],
  ['sort=name_asc,name_desc', ['sort']],
  ['sort=id_asc,name_asc,email_asc,createdAt_asc', ['sort']],
  ['q=&role=root', ['role', 'q']],
])('the query %s is wrong, and names what', async (query, fields) => {
  const response = await send(`/api/v2/users?${query}`)
  expect([response.status, await fieldsOf(response)]).toEqual([400, fields])
})

test('a cursor of another list or sort is wrong', async () => {
  const first = await send('/api/v2/products?cursor=&limit=2&sort=price_asc')
  const { next } = (await first.json()) as { next: string }
  expect((await send(`/api/v2/products?cursor=${next}&sort=price_asc`)).status).toBe(200)
  for (const path of ['products?sort=price_desc', 'products?sort=id_asc', 'orders?sort=id_asc'])
    expect(await fieldsOf(await send(`/api/v2/${path}&cursor=${next}`))).toEqual(['cursor'])
})

test('pages after a cursor have every product once, in the order of code points', async () => {
  const client = createShopRestClient(service().address())
  for (const sort of ['name_asc', 'name_desc', 'price_asc,name_desc', 'id_desc']) {
    const { items: all } = await client.findProducts({ sort, limit: 100 })
    const seen: number[] = []
    for (let cursor: string | null | undefined = ''; typeof cursor === 'string'; ) {
      const part: Awaited<ReturnType<typeof client.findProducts>> = await client.findProducts({
        ...{ sort, limit: 3, cursor },
      })
      seen.push(...part.items.map(({ id }) => id))
      cursor = part.next
    }
    expect(seen).toEqual(all.map(({ id }) => id))
  }
})

test('a user who is added or deleted between two pages makes no other one appear twice or never', async () => {
  const client = createShopRestClient(service().address())
  for (const name of ['Ada', 'Dora', 'Eve']) await client.createUser({ name, email: `${name}@example.com` })
  const first = await client.findUsers({ sort: 'name_asc', limit: 3, cursor: '' })
  expect(first.items.map(({ name }) => name)).toEqual(['Ada', 'Alice', 'Bob'])
  await client.createUser({ name: 'Abe', email: 'abe@example.com' })
  await client.deleteUser(first.items[0]?.id ?? 0)
  const second = await client.findUsers({ sort: 'name_asc', limit: 3, cursor: first.next ?? '' })
  expect(second.items.map(({ name }) => name)).toEqual(['Dora', 'Eve', 'John Doe'])
})

test.each([
  ['%25', []],
  ['_', []],
  ['%5C', []],
  ['%00', []],
  ['%ED%A0%80', []],
  ['ЧЕХ', [306]],
  ['%22a%26b%22', [308]],
])('q=%s finds what has these characters', async (q, ids) => {
  const response = await send(`/api/v2/products?q=${q}`)
  const { items } = (await response.json()) as { items: { id: number }[] }
  expect([response.status, items.map(({ id }) => id)]).toEqual([200, ids])
})

test.each([
  ['application/json;q=0, application/xml', 'application/xml'],
  ['application/json;charset=utf-8', 'application/json'],
  ['text/*', 'application/xml'],
  ['application/vnd.shop.v2+yaml', 'application/vnd.shop.v2+yaml'],
  ['application/xml;q=0.1, application/yaml;q=0.2', 'application/yaml'],
  ['', 'application/json'],
])('Accept: %s is answered with %s', async (accept, type) => {
  const response = await send('/api/v2/users/1', { headers: { Accept: accept } })
  expect([response.status, response.headers.get('content-type')]).toEqual([200, type])
})

test.each(['image/png', 'application/vnd.shop.v1+json', 'application/json;q=0'])(
  'Accept: %s cannot be satisfied',
  async (accept) => {
    const response = await send('/api/v2/users/1', { headers: { Accept: accept } })
    expect([response.status, response.headers.get('content-type')]).toEqual([406, 'application/problem+json'])
  },
)

test.each([
  ['null as a name', '{"name": null}', ['name']],
  ['an array', '[]', undefined],
  ['null', 'null', undefined],
  ['nothing', '', undefined],
  ['half of a body', '{', undefined],
  ['a control character', '{"name": "a\\u0000b"}', ['name']],
  ['a lone surrogate', '{"name": "\\ud800"}', ['name']],
  ['__proto__', '{"__proto__": 1}', ['__proto__']],
  ['names of Object', '{"constructor": 1, "toString": 2}', ['constructor', 'toString']],
  ['a very long name of a member', `{"${'x'.repeat(100_000)}": 1}`, ['x'.repeat(100)]],
  ['400,000 levels', '['.repeat(400_000), undefined],
])('%s in a merge patch is refused', async (_what, body, fields) => {
  const response = await send('/api/v2/users/1', withJson('PATCH', body))
  const text = await response.text()
  expect(response.status).toBe(400)
  expect(text.length).toBeLessThan(1_000)
  expect((JSON.parse(text) as Problem).errors?.map(({ field }) => field)).toEqual(fields)
})

test('a body that is not UTF-8, compressed, or of another charset is refused', async () => {
  const path = '/api/v2/users'
  const bad = Buffer.from('{"name": "\xff", "email": "a@b.cc"}', 'latin1')
  expect((await send(path, withJson('POST', bad))).status).toBe(400)
  const other = { 'Content-Type': 'application/json; charset=utf-16' }
  expect((await send(path, withJson('POST', '{}', other))).status).toBe(415)
  expect((await send(path, withJson('POST', '{}', { 'Content-Encoding': 'gzip' }))).status).toBe(415)
  expect((await send(path, withJson('POST', ' '.repeat(1_048_577)))).status).toBe(413)
})

test('a patch that changes nothing leaves version and ETag, and a role of null is user', async () => {
  const before = await send('/api/v2/users/1')
  const same = await send('/api/v2/users/1', withJson('PATCH', '{}'))
  expect(await same.json()).toEqual(await before.json())
  expect(same.headers.get('etag')).toBe(before.headers.get('etag'))
  const patched = await send('/api/v2/users/1', withJson('PATCH', '{"role": null}'))
  expect(await patched.json()).toMatchObject({ role: 'user', name: 'Alice', version: 2 })
})

test('names are kept as they are: 100 emoji, decomposed letters; emails are unique whatever their case', async () => {
  const client = createShopRestClient(service().address())
  const create = (name: string, email: string) => client.createUser({ name, email })
  expect((await create('😀'.repeat(100), 'a@example.com')).name).toBe('😀'.repeat(100))
  await expect(create('😀'.repeat(101), 'b@example.com')).rejects.toMatchObject({
    code: 'invalid_argument',
    violations: [{ field: 'name', description: expect.any(String) }],
  })
  expect((await create('Jose\u0301', 'c@example.com')).name).toBe('Jose\u0301')
  await expect(create('X', 'ALICE@Example.com')).rejects.toMatchObject({ reason: 'email_taken' })
})

test.each([
  ['a b', 400],
  ['', 400],
  ['""', 400],
  ['x'.repeat(256), 400],
  ['x'.repeat(255), 201],
])('the idempotency key "%s" is answered with %i', async (key, status) => {
  const order = JSON.stringify({ userId: 1, items: [{ productId: 301, quantity: 1 }] })
  const response = await send('/orders', withJson('POST', order, { 'Idempotency-Key': key }))
  expect(response.status).toBe(status)
  if (status === 400) expect(await fieldsOf(response)).toEqual(['Idempotency-Key'])
})

test('the largest order is exact to the cent', async () => {
  const items = Array.from({ length: 50 }, () => ({ productId: 309, quantity: 1000 }))
  const order = await createShopRestClient(service().address()).placeOrder({ userId: 1, items })
  expect(order.totalAmount).toBe(617_283_945_000)
  const xml = await send(`/orders/${order.id}`, { headers: { Accept: 'application/xml' } })
  expect(await xml.text()).toContain('<totalAmount>617283945000.00</totalAmount>')
})

test('an If-Match by any format counts, a weak one and another one do not, and what is not there is 404', async () => {
  const etag = async (accept: string) =>
    (await send('/api/v2/users/2', { headers: { Accept: accept } })).headers.get('etag') ?? ''
  const etags = await Promise.all(['application/json', 'application/xml', 'application/yaml'].map(etag))
  expect(new Set(etags).size).toBe(3)
  const patch = (path: string, match: string) =>
    send(path, withJson('PATCH', '{"name": "Bob"}', { 'If-Match': match })).then(({ status }) => status)
  for (const one of [...etags, '*', `"x", ${etags[0]}`]) expect(await patch('/api/v2/users/2', one)).toBe(200)
  for (const one of [`W/${etags[0]}`, '"x"', '']) expect(await patch('/api/v2/users/2', one)).toBe(412)
  expect(await patch('/api/v2/users/77', '"x"')).toBe(404)
  const none = { 'If-None-Match': '*' }
  expect((await send('/api/v2/users/2', withJson('PUT', '{"name":"B","email":"b@b.cc"}', none))).status).toBe(
    412,
  )
})

test('what a client has is 304, also where it asks for no copy from a cache', async () => {
  for (const path of ['/api/v2/users/1', '/api/v2/products?limit=3']) {
    const first = await send(path)
    const tag = first.headers.get('etag') ?? ''
    const headers = { 'If-None-Match': `"other", W/${tag}`, 'Cache-Control': 'no-cache' }
    const second = await send(path, { headers })
    expect([second.status, await second.text(), second.headers.get('etag')]).toEqual([304, '', tag])
    expect(second.headers.get('cache-control')).toBe(first.headers.get('cache-control'))
  }
})

test('pages of listed origins may read every answer, errors too, and others none', async () => {
  const allowed = (response: Response) => response.headers.get('access-control-allow-origin')
  const ask = (origin: string, path: string, init: RequestInit = {}) =>
    send(path, { ...init, headers: { Origin: origin, ...init.headers } })
  for (const path of ['/api/v2/users/1', '/api/v2/users/77', '/nothing', '/users']) {
    const response = await ask(pages, path)
    expect(allowed(response)).toBe(pages)
    expect(response.headers.get('access-control-expose-headers')).toContain('Idempotency-Replayed')
    expect(response.headers.get('vary')).toMatch(/Accept.*Origin|Origin.*Accept/)
    expect(allowed(await ask('http://localhost:9999', path))).toBeNull()
  }
  const preflight = { method: 'OPTIONS', headers: { 'Access-Control-Request-Method': 'PATCH' } }
  const answer = await ask(pages, '/api/v2/users/1', preflight)
  expect([answer.status, allowed(answer)]).toEqual([204, pages])
  expect(answer.headers.get('access-control-allow-methods')).toContain('PATCH')
})

test('a request keeps its id where it is one, and gets one where not', async () => {
  const idOf = async (id: string) =>
    (await send('/products/301', { headers: { 'X-Request-Id': id } })).headers.get('x-request-id')
  expect(await idOf('my-id')).toBe('my-id')
  expect(await idOf('two words')).toMatch(/^[0-9a-f-]{36}$/)
  expect(await idOf('x'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/)
})

test('Upgrade: h2c, which the HTTP client of Java sends, gets the normal answer', async () => {
  const { host, port } = service().address()
  const curl = await runToExit('curl', [
    '-s',
    '--http2',
    '-w',
    '%{http_code}',
    `http://${host}:${port}/products/301`,
  ])
  expect(curl.stdout).toMatch(/"Laptop".*200$/)
})

test('HEAD answers as GET without a body', async () => {
  for (const [path, status] of [
    ['/api/v2/users/1', 200],
    ['/api/v2/users/77', 404],
  ] as const) {
    const response = await send(path, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([status, ''])
  }
})

test('YAML keeps texts that readers of YAML 1.1 take for something else', async () => {
  const client = createShopRestClient(service().address())
  const { id } = await client.createUser({ name: 'no', email: 'no@example.com' })
  const yaml = async () =>
    (await send(`/api/v2/users/${id}`, { headers: { Accept: 'application/yaml' } })).text()
  expect(await yaml()).toContain('name: "no"\n')
  expect(await yaml()).toMatch(/createdAt: "\d/)
  await client.updateUser(id, { name: 'a\u2028b' })
  expect(await yaml()).toContain('name: "a\\u2028b"\n')
})

describe('with AUTH=writes', () => {
  const strict = useLab(['shop-rest'], { AUTH: 'writes', SHOP_USERNAME: 'ada', SHOP_PASSWORD: 'secret' })

  test('reading needs no token, changing does; a token of another key or algorithm is wrong', async () => {
    const address = strict.service('shop-rest').address()
    const nobody = createShopRestClient(address)
    const user = { name: 'Dora', email: 'dora@example.com' }
    expect((await nobody.findUsers()).total).toBe(3)
    await expect(nobody.createUser(user)).rejects.toMatchObject({ code: 'unauthenticated', status: 401 })
    await expect(nobody.logIn('ada', 'password')).rejects.toMatchObject({ code: 'unauthenticated' })
    const token = await nobody.logIn('ada', 'secret')
    const [head = '', claims = '', signature = ''] = token.split('.')
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url')
    for (const wrong of [
      `${unsigned}.${claims}.`,
      `${head}.${claims}.${signature.slice(1)}`,
      `${token}=`,
      'x',
    ])
      await expect(createShopRestClient({ ...address, token: wrong }).getUser(1)).rejects.toMatchObject({
        code: 'unauthenticated',
      })
    expect((await createShopRestClient({ ...address, token }).createUser(user)).version).toBe(1)
  })
})
