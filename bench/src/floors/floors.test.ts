import { describe, expect, test } from 'vitest'
import { openChannels, record, wireBytes } from '../load/channels.ts'
import { runClosedLoop } from '../load/closed-loop.ts'
import { httpWorkload } from '../load/http-workload.ts'
import { webSocketWorkload } from '../load/websocket-workload.ts'
import type { Recording, Workload } from '../load/workload.ts'
import { type FloorName, startFloor } from '../servers/floor.ts'

const body = '{"user":{"id":1}}'
const courses = Buffer.from([0, 0, 0, 0, 1, 7])
const call: Workload = { kind: 'grpc', path: '/service/Method', message: Buffer.from('id') }
const grpc = (answer: Buffer): Recording => ({ kind: 'grpc', headers: {}, body: answer, trailers: {} })
const raw = (answer: string): Recording => ({
  kind: 'raw',
  helloAnswer: Buffer.alloc(0),
  answer: Buffer.from(answer),
})

interface Row {
  readonly name: string
  readonly floor: FloorName
  readonly workload: Workload
  /** What the service answered. */
  readonly recording: Recording
  /** What of the answer the floor has to give as well. */
  readonly answers: Buffer
}

const floors: readonly Row[] = [
  {
    name: 'node:http',
    floor: 'http',
    workload: httpWorkload({ method: 'GET', path: '/', headers: {} }),
    recording: raw(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
    answers: Buffer.from(`\r\n\r\n${body}`),
  },
  {
    name: 'grpc-js, one message',
    floor: 'grpc-js',
    workload: call,
    recording: grpc(courses),
    answers: courses,
  },
  {
    name: 'grpc-js, a stream',
    floor: 'grpc-js',
    workload: call,
    recording: grpc(Buffer.concat([courses, courses])),
    answers: Buffer.concat([courses, courses]),
  },
  {
    name: 'ws',
    floor: 'ws',
    workload: webSocketWorkload('hello'),
    recording: raw(''),
    answers: Buffer.from('5 Сообщение пользователя: hello'),
  },
  {
    name: 'node:net after a preface',
    floor: 'net',
    workload: { kind: 'raw', preface: Buffer.from('hi'), request: Buffer.from('hello') },
    recording: raw('hello'),
    answers: Buffer.from('hello'),
  },
  {
    name: 'node:net with a connection for each operation',
    floor: 'net',
    workload: { kind: 'raw', request: Buffer.from('hello'), perCall: true, untilClose: true },
    recording: raw('one\ntwo\nhello'),
    answers: Buffer.from('one\ntwo\nhello'),
  },
]

describe.each(floors)('the floor of $name', ({ floor, workload, recording, answers }) => {
  test('answers what was recorded, to every operation of a load', { timeout: 60_000 }, async () => {
    await using server = await startFloor(floor, workload, recording)
    const answer = await record(workload, server.port)
    const answered = answer.kind === 'raw' ? answer.answer : answer.body
    expect(answered.includes(answers)).toBe(true)
    if (floor === 'net') expect(answered).toEqual(answers)

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
