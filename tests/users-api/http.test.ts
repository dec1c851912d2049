import { createApiClient } from '@polyservice-lab/clients'
import { beforeAll, describe, expect, test } from 'vitest'
import { until, useLab } from '../support/lab.ts'
import { createFile, createPerson, type Person } from './support/people.ts'
import { bodyOf, openRaw, sendRaw } from './support/raw.ts'

const lab = useLab(['users-api'], { CORS_ORIGINS: 'https://a.example', HEADER_BYTES_MAX: '8192' })
let person: Person

beforeAll(async () => {
  person = await createPerson(lab.service('users-api'))
})

async function request(method: string, path: string, headers: Record<string, string> = {}) {
  return createApiClient(await lab.service('users-api').address()).request(method, path, { headers })
}

interface Line {
  readonly requestId?: string
  readonly msg: string
}

async function accessLines(requestId: string): Promise<readonly Line[]> {
  const lines = (await lab.service('users-api').readLogs()).split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line) as Line).filter((line) => line.requestId === requestId)
}

describe('every answer carries the id under which its one access line stands', () => {
  test.each([
    ['GET', '/api/v1/users/me', { operation: 'getMe', outcome: 'unauthenticated', status: 401 }],
    ['GET', '/nothing', { operation: 'other', outcome: 'not_found', status: 404 }],
    ['PUT', '/api/v1/users/me', { operation: 'other', outcome: 'unimplemented', status: 405 }],
    ['GET', '/docs/', { operation: 'other', outcome: 'ok', status: 307 }],
    ['GET', '/docs', { operation: 'page', outcome: 'ok', status: 200 }],
    ['GET', '/static/nothing', { operation: 'static', outcome: 'not_found', status: 404 }],
  ])('%s %s', async (method, path, expected) => {
    const { headers } = await request(method, path)
    const requestId = headers.get('x-request-id') ?? ''
    await until(async () => (await accessLines(requestId)).length > 0, 'the line is there')
    expect(await accessLines(requestId)).toEqual([
      expect.objectContaining({ ...expected, msg: 'ended', durationMs: expect.any(Number) }),
    ])
  })

  test.each([
    ['what is no HTTP', 'rubbish\r\n\r\n', 400, 'invalid_argument'],
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(9000)}\r\n\r\n`,
      431,
      'resource_exhausted',
    ],
    ['a tunnel', 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n', 405, 'unimplemented'],
    [
      'an expectation that is not known',
      'POST /api/v1/users HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nContent-Length: 9\r\n\r\n',
      417,
      'unimplemented',
    ],
    [
      'two hosts',
      'GET /docs HTTP/1.1\r\nHost: a\r\nhost: a\r\nConnection: close\r\n\r\n',
      400,
      'invalid_argument',
    ],
    ['no host', 'GET /docs HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'invalid_argument'],
    [
      'a host that is none',
      'GET /docs HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n',
      400,
      'invalid_argument',
    ],
    [
      'a port that is none',
      'GET /docs HTTP/1.1\r\nHost: a:65536\r\nConnection: close\r\n\r\n',
      400,
      'invalid_argument',
    ],
    [
      'an address that is none',
      'GET /docs HTTP/1.1\r\nHost: 127.0.0.256\r\nConnection: close\r\n\r\n',
      400,
      'invalid_argument',
    ],
  ])('%s', async (_name, bytes, status, outcome) => {
    const answer = await sendRaw(lab.service('users-api'), bytes)
    expect(answer).toContain(`HTTP/1.1 ${status}`)
    expect(JSON.parse(bodyOf(answer))).toEqual({ detail: expect.any(String) })
    const requestId = /x-request-id: (\S+)/i.exec(answer)?.[1] ?? ''
    await until(async () => (await accessLines(requestId)).length > 0, 'the line is there')
    expect(await accessLines(requestId)).toEqual([expect.objectContaining({ outcome, status })])
  })
})

describe('paths', () => {
  test.each([
    ['GET', '/api/v1/users//', 307, '/api/v1/users'],
    ['GET', '/static', 307, '/static/'],
    ['GET', '//', 307, '/'],
    ['GET', '/api/v1/users/?a=b/c', 307, '/api/v1/users?a=b/c'],
    ['GET', '/API/v1/users/me', 404, undefined],
    ['GET', '/api/v1/users/a%2Fb', 404, undefined],
    ['GET', '/static/%', 404, undefined],
    ['GET', '/static/%ff', 404, undefined],
    ['OPTIONS', '/api/v1/users/', 307, '/api/v1/users'],
  ])('%s %s is %i', async (method, path, status, location) => {
    const answer = await request(method, path)
    const { host, port } = await lab.service('users-api').address()
    expect(answer.status).toBe(status)
    expect(answer.headers.get('location')).toBe(
      location === undefined ? null : `http://${host}:${port}${location}`,
    )
  })

  test('an escaped path is the same as the plain one', async () => {
    const { status, body } = await request('GET', '/api/v1/%75sers/%6de')
    expect([status, body]).toEqual([401, { detail: 'Not authenticated' }])
  })
})

describe('stored files', () => {
  test('are not sent again to a client that has them, though fetch asks for no cache', async () => {
    const file = await createFile(person, 'cached')
    const path = new URL(file.url).pathname
    const etag = (await request('GET', path)).headers.get('etag') ?? ''
    const again = await request('GET', path, { 'if-none-match': etag, 'cache-control': 'no-cache' })
    expect([again.status, again.bytes.length]).toEqual([304, 0])
    expect((await request('GET', path, { 'if-match': '"other"' })).status).toBe(412)
  })

  test.each([
    ['.hidden', 'text/plain; charset=utf-8'],
    ['a.json', 'application/json'],
    ['a.html', 'text/html; charset=utf-8'],
    ['a', 'text/plain; charset=utf-8'],
  ])('%s is %s', async (filename, contentType) => {
    const file = await person.files.createFile({ directory: 'types', filename, bytes: '12345' })
    const answer = await request('GET', new URL(file.url).pathname)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, contentType])
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
  })

  test.each([
    ['bytes=1-2', 206, '23', 'bytes 1-2/5'],
    ['bytes=-2', 206, '45', 'bytes 3-4/5'],
    ['bytes=3-', 206, '45', 'bytes 3-4/5'],
    ['bytes=0-0,3-3', 200, '12345', null],
    ['lines=1', 200, '12345', null],
    ['bytes=9-', 416, undefined, 'bytes */5'],
  ])('range %s: %i', async (range, status, bytes, contentRange) => {
    const file = await person.files.createFile({ directory: 'ranges', filename: 'a', bytes: '12345' })
    const answer = await request('GET', new URL(file.url).pathname, { range })
    expect([answer.status, answer.headers.get('content-range')]).toEqual([status, contentRange])
    if (bytes === undefined) expect(answer.body).toEqual({ detail: 'Range Not Satisfiable' })
    else expect(Buffer.from(answer.bytes).toString()).toBe(bytes)
  })

  test('an empty one is whole', async () => {
    const file = await person.files.createFile({ directory: 'empty', filename: 'a', bytes: '' })
    const answer = await request('GET', new URL(file.url).pathname)
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '0'])
  })
})

describe('targets in absolute form, which clients send to a proxy', () => {
  test.each([
    ['/docs', 'HTTP/1.1 200'],
    ['/api/v1/users/me', 'HTTP/1.1 401'],
    ['', 'HTTP/1.1 200'],
    ['?a=b', 'HTTP/1.1 200'],
    ['/api/v1/users/', 'Location: http://b.example:81/api/v1/users\r\n'],
  ])('http://b.example:81%s', async (path, expected) => {
    const head = `GET http://b.example:81${path} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n`
    expect(await sendRaw(lab.service('users-api'), head)).toContain(expected)
  })
})

describe('a client that has sent its request and closes its side', () => {
  test('hears the answer to a login', async () => {
    const body = JSON.stringify({ email: person.fields.email, password: person.fields.password })
    using connection = await openRaw(lab.service('users-api'))
    connection.socket.end(
      'POST /api/v1/authentication/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
    const answer = await connection.ended
    expect(answer).toContain('HTTP/1.1 200')
    expect(answer).toContain('accessToken')
  })

  test('has its file stored', async () => {
    const field = (name: string) => `--x\r\nContent-Disposition: form-data; name="${name}"`
    const body =
      `${field('filename')}\r\n\r\nhalf\r\n${field('directory')}\r\n\r\nclosed\r\n` +
      `${field('upload_file')}; filename="f"\r\n\r\n${'x'.repeat(200_000)}\r\n--x--\r\n`
    using connection = await openRaw(lab.service('users-api'))
    connection.socket.end(
      `POST /api/v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${person.tokens.accessToken}\r\n` +
        `Content-Type: multipart/form-data; boundary=x\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    expect(await connection.ended).toContain('HTTP/1.1 200')
    expect((await request('GET', '/static/closed/half')).bytes).toHaveLength(200_000)
  })

  test('is told that its request is not whole where it is not', async () => {
    using connection = await openRaw(lab.service('users-api'))
    connection.socket.end('POST /api/v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{')
    expect(await connection.ended).toContain('HTTP/1.1 400')
  })
})

describe('pages of the configured origin', () => {
  test.each(['/api/v1/users/me', '/api/v1/users/', '/nothing'])(
    'may ask whether they may: %s',
    async (path) => {
      const answer = await request('OPTIONS', path, {
        origin: 'https://a.example',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization',
      })
      expect(answer.status).toBe(204)
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://a.example')
      expect(answer.headers.get('access-control-allow-methods')).toContain('PATCH')
      expect(answer.headers.get('access-control-allow-headers')).toBe('authorization')
    },
  )

  test('may read the headers that tell of more than the body', async () => {
    const { headers } = await request('GET', '/nothing', { origin: 'https://a.example' })
    const exposed = headers.get('access-control-expose-headers')?.split(',')
    expect(exposed).toEqual(['Content-Range', 'ETag', 'Location', 'Retry-After', 'X-Request-Id'])
  })

  test('are told the methods of a path where they do not ask for one', async () => {
    const answer = await request('OPTIONS', '/api/v1/users/me', { origin: 'https://a.example' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'DELETE, GET, HEAD, OPTIONS, PATCH'])
  })
})

test('keeps a connection for more than a minute between two requests', async () => {
  expect((await request('GET', '/docs')).headers.get('keep-alive')).toBe('timeout=75')
})
