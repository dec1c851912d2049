import { createApiClient } from '@polyservice-lab/clients'
import { describe, expect, test } from 'vitest'
import { until, useLab } from '../support/lab.ts'
import { fakers } from './support/people.ts'
import { openRaw } from './support/raw.ts'

const lab = useLab(['users-api'], { RECEIVE_BYTES_MAX: '2000', REQUEST_TIMEOUT_MS: '2000' })

const head = (headers: string, path = '/authentication/login') =>
  `POST /api/v1${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers}\r\n`

const open = () => openRaw(lab.service('users-api'))

test('a body that is there with its head is taken while the unfinished ones of others are too many', async () => {
  const service = lab.service('users-api')
  using unfinished = await open()
  unfinished.socket.write(head('Content-Length: 3000\r\n') + '1'.repeat(1999))
  await until(async () => (await service.metric('lab_requests_in_flight')) === 1, 'the first has begun')
  using late = await open()
  late.socket.write(head('Content-Length: 500\r\n') + '1'.repeat(499))
  await until(() => late.heard() !== '', 'another one that is not whole is answered')
  expect(late.heard()).toContain('HTTP/1.1 503')
  expect(late.heard()).toContain('too many unfinished messages')
  using whole = await open()
  whole.socket.write(head('Content-Length: 500\r\n') + '1'.repeat(500))
  await until(() => whole.heard() !== '', 'the one that is whole is answered')
  expect(whole.heard()).toContain('HTTP/1.1 422')
})

describe('a client that asks before it sends', () => {
  test('is told to go on', async () => {
    const body = JSON.stringify(fakers.user())
    using asking = await open()
    asking.socket.write(head(`Expect: 100-continue\r\nContent-Length: ${body.length}\r\n`, '/users'))
    await until(() => asking.heard() !== '', 'it is told')
    expect(asking.heard()).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    asking.socket.write(body)
    expect(await asking.ended).toContain('HTTP/1.1 200 OK')
  })

  test.each([
    ['its body is too large', '/users', 'Content-Length: 2000000\r\n', 413],
    ['there is no such path', '/nothing', 'Content-Length: 2\r\n', 404],
    ['there is no such method', '/users/me', 'Content-Length: 2\r\n', 405],
  ])('hears at once that %s', async (_name, path, headers, status) => {
    using asking = await open()
    asking.socket.write(head(`Expect: 100-continue\r\n${headers}`, path))
    expect(await asking.ended).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })
})

describe('a request that does not arrive in time is answered with 408', () => {
  test.each([
    ['its head', 'POST /api/v1/users HTTP/1.1\r\nHost: x\r\n', 'unparsed'],
    ['its body', head('Content-Length: 10\r\n', '/users'), 'createUser'],
  ])('%s', async (_name, bytes, operation) => {
    using slow = await open()
    slow.socket.write(bytes)
    const answer = await slow.ended
    expect(answer).toContain('HTTP/1.1 408 Request Timeout')
    expect(answer).toContain('{"detail":"Request Timeout"}')
    const requestId = /x-request-id: (\S+)/i.exec(answer)?.[1] ?? ''
    const lines = async () =>
      (await lab.service('users-api').readLogs()).split('\n').filter((line) => line.includes(requestId))
    await until(async () => (await lines()).length > 0, 'the line is there')
    expect((await lines()).map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ operation, outcome: 'deadline_exceeded', status: 408 }),
    ])
  })
})

test('a request that is answered is not too late', async () => {
  const api = createApiClient(await lab.service('users-api').address())
  expect(await api.post('/api/v1/users', { json: fakers.user() })).toMatchObject({ status: 200 })
})
