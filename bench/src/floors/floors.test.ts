import { describe, expect, test } from 'vitest'
import { httpWorkload } from '../fixtures/http-request.ts'
import { echoWorkload } from '../fixtures/ws-echo.ts'
import { openChannels, record, wireBytes } from '../load/channels.ts'
import { runClosedLoop } from '../load/closed-loop.ts'
import type { Recording, Workload } from '../load/workload.ts'
import { type FloorName, startFloor } from '../servers/floor.ts'

const body = '{"user":{"id":1}}'
const replies = Buffer.from('Сообщение пользователя '.repeat(5))
const plain: Workload = { kind: 'raw', request: Buffer.from('hello'), perCall: true, untilClose: true }

const floors: readonly { name: string; floor: FloorName; workload: Workload; recording: Recording }[] = [
  {
    name: 'node:http',
    floor: 'http',
    workload: httpWorkload({ method: 'GET', path: '/', headers: {} }),
    recording: {
      kind: 'raw',
      helloAnswer: Buffer.alloc(0),
      answer: Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
    },
  },
  {
    name: 'node:http2',
    floor: 'http2',
    workload: { kind: 'grpc', path: '/service/Method', message: Buffer.from('id') },
    recording: {
      kind: 'grpc',
      headers: { ':status': '200', 'content-type': 'application/grpc' },
      body: Buffer.from([0, 0, 0, 0, 1, 7]),
      trailers: { 'grpc-status': '0' },
    },
  },
  {
    name: 'node:net after a handshake',
    floor: 'net',
    workload: echoWorkload('hello'),
    recording: { kind: 'raw', helloAnswer: Buffer.from('HTTP/1.1 101\r\n\r\n'), answer: replies },
  },
  {
    name: 'node:net with a connection for each operation',
    floor: 'net',
    workload: plain,
    recording: { kind: 'raw', helloAnswer: Buffer.alloc(0), answer: Buffer.from('one\ntwo\nhello') },
  },
]

describe.each(floors)('the floor of $name', ({ floor, workload, recording }) => {
  test('answers what was recorded, to every operation of a load', { timeout: 60_000 }, async () => {
    await using server = await startFloor(floor, workload, recording)
    const answer = await record(workload, server.port)
    if (answer.kind === 'raw' && recording.kind === 'raw' && floor === 'net')
      expect(answer).toEqual(recording)
    if (answer.kind === 'raw' && floor === 'http')
      expect(answer.answer.toString()).toContain(`\r\n\r\n${body}`)
    if (answer.kind === 'grpc') expect(answer).toEqual(recording)

    const { promise: failed, reject } = Promise.withResolvers<never>()
    failed.catch(() => {})
    const channels = await openChannels(workload, server.port, answer, { connections: 2, streams: 2 }, reject)
    const { operations } = await runClosedLoop(channels, { calls: 50 }, failed)
    for (const channel of channels) channel.close()
    expect(operations).toBe(50)

    const bytes = await wireBytes(workload, server.port, answer)
    expect(bytes.out).toBeGreaterThan(0)
    if (answer.kind === 'raw') expect(bytes.in).toBe(answer.answer.length)
  })
})
