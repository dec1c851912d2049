import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { type ApiClient, type ApiRequest, createApiClient } from '@polyservice-lab/clients'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { createFile, createPerson, fakers, type Person } from './support/people.ts'

const lab = useLab(['users-api'], {
  POLICY: 'open',
  LOGIN_RATE: '0',
  BODY_BYTES_MAX: '100000',
  HEADER_BYTES_MAX: '8192',
})

let person: Person
let api: ApiClient

beforeAll(async () => {
  person = await createPerson(lab.service('users-api'))
  api = createApiClient({
    ...(await lab.service('users-api').address()),
    token: person.tokens.accessToken,
  })
})

afterAll(async () => {
  expect(await lab.service('users-api').readLogs()).not.toMatch(/"level":"(error|fatal)"/)
})

/** Answers with anything but a fault of the server. */
async function expectAnswer(method: string, path: string, request: ApiRequest): Promise<void> {
  const { status, body } = await api.request(method, path, request)
  expect(status).toBeLessThan(500)
  if (status >= 400 && method !== 'HEAD') expect(body).toHaveProperty('detail')
}

const ids = fc.oneof(fc.constant(randomUUID()), fc.string({ unit: 'binary' }), fc.uuid())
const routes = fc.oneof(
  fc.constantFrom(
    ['POST', '/users'],
    ['POST', '/authentication/login'],
    ['POST', '/authentication/refresh'],
    ['POST', '/authentication/token'],
    ['POST', '/courses'],
    ['POST', '/exercises'],
    ['POST', '/files'],
  ),
  fc
    .tuple(fc.constantFrom('GET', 'PATCH'), fc.constantFrom('users', 'courses', 'exercises', 'files'), ids)
    .map(([method, name, id]) => [method, `/${name}/${encodeURIComponent(id.toWellFormed())}`]),
)
const values = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(randomUUID(), 1.5e300, -1, 0.5, null, true, 'a@example.com', '\ud800', '\0'),
)
const names = fc.constantFrom(
  ...['email', 'password', 'lastName', 'firstName', 'middleName', 'refreshToken', 'title', 'maxScore'],
  ...[
    'minScore',
    'description',
    'estimatedTime',
    'previewFileId',
    'createdByUserId',
    'courseId',
    'orderIndex',
  ],
)
const bodies: fc.Arbitrary<ApiRequest> = fc.oneof(
  fc.dictionary(names, values, { minKeys: 1 }).map((json) => ({ json })),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => ({
    body: new Uint8Array(bytes),
    headers: { 'content-type': 'application/json' },
  })),
  fc.string({ unit: 'binary', maxLength: 300 }).map((body) => ({
    body: body.toWellFormed(),
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  })),
  fc.dictionary(fc.string(), fc.string()).map((fields) => ({ body: new URLSearchParams(fields) })),
)

describe('never fails', () => {
  test('whatever the body', async () => {
    const property = fc.asyncProperty(routes, bodies, ([method = '', path], request) =>
      expectAnswer(method, `/api/v1${path}`, method === 'GET' ? {} : request),
    )
    await fc.assert(property, { numRuns: 300 })
  })

  test('whatever the path', async () => {
    const segment = fc.oneof(
      fc.constantFrom('api', 'v1', 'users', 'static', '..', '.', '%2e%2e', '%2f', '%00', '%ff', '%', ''),
      fc.string({ unit: 'binary', maxLength: 8 }).map((part) => encodeURIComponent(part.toWellFormed())),
    )
    const property = fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
      fc.array(segment, { maxLength: 6 }),
      (method, segments) => expectAnswer(method, `/${segments.join('/')}`, {}),
    )
    await fc.assert(property, { numRuns: 300 })
  })

  test('whatever the headers', async () => {
    const value = fc.string({ maxLength: 60 }).map((part) => part.trim())
    const property = fc.asyncProperty(
      fc.dictionary(
        fc.constantFrom('authorization', 'content-type', 'range', 'if-none-match', 'accept', 'origin'),
        value,
      ),
      fc.constantFrom('/api/v1/users/me', '/static/tests/nothing', '/openapi.json'),
      (headers, path) => expectAnswer('GET', path, { headers }),
    )
    await fc.assert(property, { numRuns: 150 })
  })

  test('whatever the range', async () => {
    const file = await createFile(person, '0123456789')
    const path = new URL(file.url).pathname
    const part = fc
      .tuple(fc.option(fc.nat(14)), fc.option(fc.nat(14)))
      .map(([start, end]) => `${start ?? ''}-${end ?? ''}`)
    const property = fc.asyncProperty(fc.array(part, { maxLength: 4 }), async (parts) => {
      const { status } = await api.get(path, { headers: { range: `bytes=${parts.join(',')}` } })
      // Ranges that cannot be understood, and several at once, do not count.
      expect([200, 206, 416]).toContain(status)
    })
    await fc.assert(property, { numRuns: 60 })
  })
})

test.each([
  ['a body that is too large', 413, { json: { email: 'x'.repeat(100_001) } }],
  ['bytes that are no text', 400, { body: new Uint8Array([0x22, 0xff, 0x22]) }],
  ['an array nested too deep', 400, { body: '['.repeat(50_000) }],
  ['a lone surrogate', 422, { json: { email: '\ud800' } }],
] as const)('refuses %s', async (_name, status, request) => {
  const headers = { 'content-type': 'application/json' }
  expect(await api.post('/api/v1/users', { ...request, headers })).toMatchObject({ status })
})

test.each([
  [2n ** 63n - 1n, 200],
  [2n ** 63n, 422],
  [-(2n ** 63n) - 1n, 422],
])('keeps all 64 bits of the integer %i, and no more', async (orderIndex, status) => {
  const exercise = fakers.exercise({ courseId: randomUUID() })
  const body = JSON.stringify({ ...exercise, orderIndex: 0 }).replace(
    '"orderIndex":0',
    `"orderIndex":${orderIndex}`,
  )
  const headers = { 'content-type': 'application/json' }
  const answer = await api.post('/api/v1/exercises', { body, headers })
  expect(answer.status).toBe(status)
  expect(Buffer.from(answer.bytes).toString()).toContain(String(orderIndex))
})

test('a course of nobody is refused by the open policy too', async () => {
  const { id: previewFileId } = await createFile(person)
  const course = fakers.course({ previewFileId, createdByUserId: randomUUID() })
  const attempt = person.courses.createCourse(course)
  await expect(attempt).rejects.toMatchObject({ code: 'not_found', message: 'User not found' })
})

test.each([
  ['405 with every method of the path', 'PUT', 'DELETE, GET, HEAD, OPTIONS, PATCH', 405],
  ['OPTIONS with 204', 'OPTIONS', 'DELETE, GET, HEAD, OPTIONS, PATCH', 204],
])('answers %s', async (_name, method, allow, status) => {
  const answer = await api.request(method, '/api/v1/users/me')
  expect(answer.status).toBe(status)
  expect(answer.headers.get('allow')).toBe(allow)
})

test('answers HEAD like GET without its body', async () => {
  const [head, get] = await Promise.all(
    ['HEAD', 'GET'].map((method) => api.request(method, '/api/v1/users/me')),
  )
  expect(head?.status).toBe(200)
  expect(head?.bytes).toHaveLength(0)
  expect(head?.headers.get('content-length')).toBe(get?.headers.get('content-length'))
})

test.each([
  ['what is no HTTP', 'rubbish\r\n\r\n', 'HTTP/1.1 400'],
  [
    'headers that are too large',
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(9000)}\r\n\r\n`,
    'HTTP/1.1 431',
  ],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    'HTTP/1.1 400',
  ],
])('refuses %s and ends the connection', async (_name, request, expected) => {
  const { host, port } = await lab.service('users-api').address()
  const socket = connect(port, host)
  await once(socket, 'connect')
  socket.write(request)
  expect(await text(socket)).toContain(expected)
})
