import { once } from 'node:events'
import type { ClientHttp2Stream } from 'node:http2'
import { gzipSync } from 'node:zlib'
import { create, toBinary } from '@bufbuild/protobuf'
import { createCourseClient } from '@polyservice-lab/clients'
import { CourseSchema, CourseService } from '@polyservice-lab/contracts/course-grpc'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../support/lab.ts'
import { useCourseLab } from './support/course-lab.ts'
import { manyCourses } from './support/courses.ts'
import { connectRaw, frame, messageFrame, pathOf, type RawConnection } from './support/raw-client.ts'

const lab = useCourseLab()
const { getCourse, listCourses, importCourses, study, createCourse } = CourseService.method
const request = { courseId: 'api-course' }
const requestBytes = toBinary(getCourse.input, create(getCourse.input, request))
const requestFrame = frame(requestBytes)

let connection: RawConnection

beforeEach(async () => {
  connection = await connectRaw(await lab.service.address())
})

afterEach(() => connection[Symbol.asyncDispose]())

describe('status and details', () => {
  test.each([
    [3, 'INVALID_ARGUMENT', '', { violations: ['course_id'], resource: undefined }],
    [5, 'NOT_FOUND', 'ничего', { violations: [], resource: ['course', 'ничего'] }],
  ])('are %i with %s for the id "%s"', async (status, reason, courseId, details) => {
    const ended = await connection.unary(getCourse, { courseId }, { 'x-request-id': 'mine' })
    expect(ended.status).toBe(status)
    expect(ended.details).toEqual({ ...details, reason, requestId: 'mine' })
    expect(ended.frames).toEqual([])
  })

  test('name the resource of an id that is taken', async () => {
    const course = { courseId: 'api-course', title: 'x' }
    const ended = await connection.unary(createCourse, { course })
    expect([ended.status, ended.details.resource]).toEqual([6, ['course', 'api-course']])
  })

  test.each([
    ['the longest id that can be unknown', '/courseservice.CourseService/GetCourse', '😀'.repeat(100), 5],
    ['an id of 10,000 characters', '/courseservice.CourseService/GetCourse', '😀'.repeat(10_000), 3],
    ['a path of 8,000 characters', `/${'x'.repeat(8_000)}`, 'x', 12],
  ])('fit into the 8 KiB that every client takes, for %s', async (_, path, courseId, status) => {
    const ended = await connection.call(path, messageFrame(getCourse.input, { courseId }))
    expect(ended.status).toBe(status)
    const bytes = Object.entries(ended.trailers).reduce(
      (sum, [name, value]) => sum + name.length + `${value}`.length,
      0,
    )
    expect(bytes).toBeLessThan(8_192)
  })

  test.each([
    ['an unknown method', '/courseservice.CourseService/Nothing'],
    ['an unknown service', '/nothing.Nothing/GetCourse'],
    ['a path without a method', '/'],
  ])('are UNIMPLEMENTED for %s', async (_, path) => {
    expect((await connection.call(path, requestFrame)).status).toBe(12)
  })

  test.each([
    ['no message', Buffer.alloc(0), 3],
    ['two messages', Buffer.concat([requestFrame, requestFrame]), 3],
    ['half a prefix', Buffer.alloc(3), 3],
    ['half a message', requestFrame.subarray(0, -1), 3],
    ['bytes that are no message', frame(Buffer.from([0x0a, 0xff])), 3],
    ['text that is not UTF-8', frame(Buffer.from([0x0a, 1, 0xff])), 3],
    ['a flag that there is not', frame(requestBytes, 2), 3],
    ['a compressed message without an encoding', frame(gzipSync(requestBytes), 1), 3],
    ['a prefix that announces 4 GiB', Buffer.from([0, 255, 255, 255, 255]), 8],
    ['a message of 4 MiB and a byte', frame(Buffer.alloc(4_194_305)), 8],
  ])('tell of %s', async (_, frames, status) => {
    const ended = await connection.call(pathOf(getCourse), frames)
    expect(ended.status).toBe(status)
    expect((await connection.unary(getCourse, request)).status).toBe(0)
  })

  test.each([
    ['PUT', { ':method': 'PUT' }, 405],
    ['another content type', { 'content-type': 'application/json' }, 415],
    ['gRPC with JSON', { 'content-type': 'application/grpc+json' }, 415],
  ])('are those of HTTP for %s', async (_, headers, status) => {
    const { headers: answer } = await connection.call(pathOf(getCourse), Buffer.alloc(0), headers)
    expect(answer[':status']).toBe(status)
  })
})

describe('x-request-id', () => {
  test.each([
    ['what was sent', 'abc-123', 'abc-123'],
    ['128 characters', 'x'.repeat(128), 'x'.repeat(128)],
    ['another one for 129 characters', 'x'.repeat(129), expect.stringMatching(/^[0-9a-f-]{36}$/)],
    ['another one for blanks', 'a b', expect.stringMatching(/^[0-9a-f-]{36}$/)],
  ])('comes back in the trailers: %s', async (_, sent, returned) => {
    const { trailers, status } = await connection.unary(getCourse, request, { 'x-request-id': sent })
    expect([trailers['x-request-id'], status]).toEqual([returned, 0])
  })

  test('is made up where none was sent, and stands in the log', async () => {
    const { trailers } = await connection.call('/nothing', requestFrame)
    const id = String(trailers['x-request-id'])
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    await until(
      async () => (await lab.service.readLogs()).includes(`"requestId":"${id}"`),
      'the call is logged',
    )
  })
})

describe('compression', () => {
  test('takes gzip and answers with gzip', async () => {
    const { headers, messages, frames } = await connection
      .call(pathOf(getCourse), frame(gzipSync(requestBytes), 1), { 'grpc-encoding': 'gzip' })
      .then(async (ended) => ({ ...ended, messages: ended.frames.length }))
    expect(headers['grpc-encoding']).toBe('gzip')
    expect([messages, frames[0]?.compressed]).toEqual([1, true])
  })

  test('does not compress for who does not', async () => {
    const { headers, frames } = await connection.call(pathOf(getCourse), requestFrame)
    expect([headers['grpc-encoding'], headers['grpc-accept-encoding'], frames[0]?.compressed]).toEqual([
      'identity',
      'identity,gzip',
      false,
    ])
  })

  test('serves the client with gzip, streams too', async () => {
    await using client = createCourseClient({ ...(await lab.service.address()), gzip: true })
    expect((await client.importCourses(manyCourses(500))).importedCount).toBe(500)
    let count = 0
    for await (const _ of client.listCourses()) count++
    expect(count).toBe(501)
  })

  test.each([
    ['a message that grows beyond 4 MiB', frame(gzipSync(Buffer.alloc(50_000_000)), 1), 'gzip', 8],
    ['bytes that are no gzip', frame(Buffer.from('nothing'), 1), 'gzip', 3],
    ['an encoding that it does not speak', requestFrame, 'snappy', 12],
  ])('refuses %s', async (_, frames, encoding, status) => {
    const ended = await connection.call(pathOf(getCourse), frames, { 'grpc-encoding': encoding })
    expect(ended.status).toBe(status)
  })
})

describe('deadlines and cancellation', () => {
  test.each([
    ['', 3],
    ['1', 3],
    ['-1S', 3],
    ['123456789S', 3],
    ['99999999H', 0],
    ['10S', 0],
    ['0n', 4],
  ])('grpc-timeout "%s" gives the status %i', async (timeout, status) => {
    const ended = await connection.unary(getCourse, request, { 'grpc-timeout': timeout })
    expect(ended.status).toBe(status)
    expect(ended.trailers['x-request-id']).toBeDefined()
  })

  test.each([
    ['a dialogue that says nothing', pathOf(study)],
    ['an import that never ends', pathOf(importCourses)],
    ['a call whose message never comes', pathOf(getCourse)],
  ])('a deadline ends %s', async (_, path) => {
    const { ended } = connection.open(path, { 'grpc-timeout': '50m' })
    expect((await ended).status).toBe(4)
    await lab.idle()
  })

  test('a deadline ends a list that nobody reads, and its work', async () => {
    await lab.client.importCourses(manyCourses(2_000, { description: 'x'.repeat(1_000) }))
    const { stream, ended } = connection.open(pathOf(listCourses), { 'grpc-timeout': '300m' })
    stream.pause()
    stream.end(messageFrame(listCourses.input, {}))
    await lab.idle()
    stream.resume()
    await ended.catch(() => {})
    expect(await outcomes('ListCourses', 'deadline_exceeded')).toBeGreaterThan(0)
  })

  test.each([
    ['before it began to send', false],
    ['after half of it', true],
  ])('an import that is cancelled %s leaves nothing', async (_, sends) => {
    const before = await outcomes('ImportCourses', 'cancelled')
    const { stream, ended } = connection.open(pathOf(importCourses))
    if (sends) for (const course of manyCourses(1_000)) stream.write(messageFrame(CourseSchema, course))
    await until(async () => (await lab.service.metric('lab_requests_in_flight')) === 1, 'the call is there')
    // Not close(8): that says END_STREAM first, and a server that reads it before the rest has a whole import.
    stream.destroy(new DOMException('', 'AbortError'))
    await ended.catch(() => {})
    await lab.idle()
    expect(await outcomes('ImportCourses', 'cancelled')).toBe(before + 1)
    expect((await connection.unary(listCourses, {})).messages).toHaveLength(1)
  })

  test('an import whose connection is lost leaves nothing', async () => {
    const lost = await connectRaw(await lab.service.address())
    const { stream } = lost.open(pathOf(importCourses))
    for (const course of manyCourses(1_000)) stream.write(messageFrame(CourseSchema, course))
    await until(async () => (await lab.service.metric('lab_requests_in_flight')) === 1, 'the call is there')
    lost.session.destroy()
    await lab.idle()
    expect((await connection.unary(listCourses, {})).messages).toHaveLength(1)
  })

  test('a list that is cancelled after its first message is no longer worked on', async () => {
    await lab.client.importCourses(manyCourses(2_000, { description: 'x'.repeat(1_000) }))
    const { stream, frames } = connection.open(pathOf(listCourses))
    stream.end(messageFrame(listCourses.input, {}))
    await once(stream, 'data')
    stream.pause()
    stream.close(8)
    await lab.idle()
    expect(frames.length).toBeLessThan(2_000)
  })

  const question = messageFrame(study.input, { courseId: 'api-course', question: 'API'.padEnd(1_000) })
  const unknown = messageFrame(study.input, { courseId: 'nothing', question: 'API' })

  test.each<[string, Record<string, string>, (stream: ClientHttp2Stream) => unknown]>([
    ['were cancelled', {}, (stream) => stream.close(8)],
    ['ran out of time', { 'grpc-timeout': '1m' }, () => {}],
    ['failed', {}, () => {}],
  ])('a connection serves on after 300 calls that %s with bytes unread', async (_, headers, end) => {
    for (let batch = 0; batch < 6; batch++) {
      const calls = Array.from({ length: 50 }, () => connection.open(pathOf(study), headers))
      for (const { stream } of calls) stream.write(Buffer.concat([unknown, ...Array(5).fill(question)]))
      for (const { stream } of calls) end(stream)
      await Promise.allSettled(calls.map(({ ended }) => ended))
      await lab.idle()
    }
    expect((await connection.unary(getCourse, request)).status).toBe(0)
  })

  async function outcomes(method: string, outcome: string): Promise<number> {
    const adminUrl = lab.service.adminUrl()
    const text = await fetch(`${adminUrl}/metrics`).then((response) => response.text())
    const line = text.split('\n').find((line) => line.includes(`/${method}",outcome="${outcome}"`))
    return Number(line?.split(' ').at(-1) ?? 0)
  }
})
