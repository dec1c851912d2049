import { once } from 'node:events'
import type { ClientHttp2Stream } from 'node:http2'
import { deflateSync, gzipSync } from 'node:zlib'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { createCourseClient } from '@polyservice-lab/clients'
import { CourseSchema, CourseService } from '@polyservice-lab/contracts/course-grpc'
import { ServerReflectionV1 } from '@polyservice-lab/contracts/grpc'
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
    ['no message', Buffer.alloc(0), 12],
    ['two messages', Buffer.concat([requestFrame, requestFrame]), 12],
    ['half a prefix', Buffer.alloc(3), 12],
    ['half a message', requestFrame.subarray(0, -1), 12],
    ['bytes that are no message', frame(Buffer.from([0x0a, 0xff])), 3],
    ['text that is not UTF-8', frame(Buffer.from([0x0a, 1, 0xff])), 3],
    ['a flag that there is not', frame(requestBytes, 2), 3],
    ['a compressed message without an encoding', frame(gzipSync(requestBytes), 1), 13],
    ['a prefix that announces 4 GiB', Buffer.from([0, 255, 255, 255, 255]), 8],
    ['a message of 4 MiB and a byte', frame(Buffer.alloc(4_194_305)), 8],
  ])('tell of %s', async (_, frames, status) => {
    const ended = await connection.call(pathOf(getCourse), frames)
    expect(ended.status).toBe(status)
    expect((await connection.unary(getCourse, request)).status).toBe(0)
  })

  test.each([
    ['half a prefix', Buffer.alloc(3)],
    ['half a message', messageFrame(CourseSchema, { courseId: 'half' }).subarray(0, -1)],
  ])('tell of %s at the end of a stream', async (_, frames) => {
    const whole = messageFrame(CourseSchema, { courseId: 'whole', title: 'x' })
    const ended = await connection.call(pathOf(importCourses), Buffer.concat([whole, frames]))
    expect(ended.status).toBe(3)
    expect((await connection.unary(getCourse, { courseId: 'whole' })).status).toBe(5)
  })

  test('are those of HTTP for another content type', async () => {
    const { headers } = await connection.call(pathOf(getCourse), Buffer.alloc(0), {
      'content-type': 'application/json',
    })
    expect(headers[':status']).toBe(415)
  })
})

describe('what clients break by themselves', () => {
  test('a content-length that is too large ends its call alone', async () => {
    const dialogue = connection.open(pathOf(study))
    const { stream, ended } = connection.open(pathOf(getCourse), { 'content-length': '1000' })
    stream.on('error', () => {})
    stream.end(requestFrame)
    await ended.catch(() => {})
    dialogue.stream.end()
    expect((await dialogue.ended).status).toBe(0)
  })

  test.each<[string, Record<string, string>]>([
    ['a content-length that is too small', { 'content-length': '1' }],
    ['200 KB of metadata', { 'x-large': 'x'.repeat(200_000) }],
  ])('%s hinders no other connection', async (_, headers) => {
    await using broken = await connectRaw(await lab.service.address())
    const { stream, ended } = broken.open(pathOf(getCourse), headers)
    stream.on('error', () => {})
    stream.end(requestFrame)
    await ended.catch(() => {})
    expect((await connection.unary(getCourse, request)).status).toBe(0)
  })

  test('70 KB of metadata end their call alone', async () => {
    const dialogue = connection.open(pathOf(study))
    const { stream, ended } = connection.open(pathOf(getCourse), { 'x-large': 'x'.repeat(70_000) })
    await ended.catch(() => {})
    expect(stream.rstCode).toBe(7)
    dialogue.stream.end()
    expect((await dialogue.ended).status).toBe(0)
  })
})

describe('reflection', () => {
  test.each([
    'google.rpc.BadRequest',
    'google.rpc.Status',
    'courseservice.CourseService.Study',
    'courseservice.Course.title',
    'google.protobuf.FieldMask',
  ])('knows %s, with all that its file imports', async (symbol) => {
    const { serverReflectionInfo } = ServerReflectionV1.method
    const { messages } = await connection.unary(serverReflectionInfo, {
      messageRequest: { case: 'fileContainingSymbol', value: symbol },
    })
    const answer = messages[0]?.messageResponse
    if (answer?.case !== 'fileDescriptorResponse') throw new Error(`answered with ${answer?.case}`)
    const files = answer.value.fileDescriptorProto.map((bytes) =>
      fromBinary(FileDescriptorProtoSchema, bytes),
    )
    const names = new Set(files.map(({ name }) => name))
    expect(files.flatMap(({ dependency }) => dependency).filter((name) => !names.has(name))).toEqual([])
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

  test.each([
    ['GetCourse', pathOf(getCourse), requestFrame, 'ok', 0],
    ['a method that there is not', '/nothing', requestFrame, 'unimplemented', 12],
    ['a message that is none', pathOf(getCourse), frame(Buffer.from([0x0a, 0xff])), 'invalid_argument', 3],
  ])('is made up where none was sent, and stands in one line of the log: %s', async (...row) => {
    const [, path, frames, outcome, status] = row
    const { trailers } = await connection.call(path, frames)
    const id = String(trailers['x-request-id'])
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    const lines = async () => (await lab.service.readLogs()).split('\n').filter((line) => line.includes(id))
    await until(async () => (await lines()).length > 0, 'the call is logged')
    const operation = outcome === 'unimplemented' ? 'unknown' : path
    expect((await lines()).map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ requestId: id, operation, outcome, status, durationMs: expect.any(Number) }),
    ])
  })
})

describe('compression', () => {
  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])('takes %s and answers without', async (encoding, compress) => {
    const sent = frame(compress(requestBytes), 1)
    const { headers, frames } = await connection.call(pathOf(getCourse), sent, { 'grpc-encoding': encoding })
    expect([headers['grpc-encoding'], headers['grpc-accept-encoding']]).toEqual([
      'identity',
      'identity,deflate,gzip',
    ])
    expect(frames.map(({ compressed }) => compressed)).toEqual([false])
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
  ])('refuses %s', async (_, frames, encoding, status) => {
    const ended = await connection.call(pathOf(getCourse), frames, { 'grpc-encoding': encoding })
    expect(ended.status).toBe(status)
  })

  test('refuses an encoding that it does not speak, and names those that it does', async () => {
    const ended = await connection.call(pathOf(getCourse), requestFrame, { 'grpc-encoding': 'snappy' })
    expect([ended.status, ended.trailers['grpc-accept-encoding']]).toEqual([12, 'identity,deflate,gzip'])
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
    const before = await lab.outcomes('ListCourses', 'deadline_exceeded')
    const { stream, ended } = connection.open(pathOf(listCourses), { 'grpc-timeout': '300m' })
    stream.pause()
    stream.end(messageFrame(listCourses.input, {}))
    await until(
      async () => (await lab.outcomes('ListCourses', 'deadline_exceeded')) === before + 1,
      'the deadline has ended it',
    )
    await lab.idle()
    stream.resume()
    await ended.catch(() => {})
  })

  test.each([
    ['before it began to send', false],
    ['after half of it', true],
  ])('an import that is cancelled %s leaves nothing', async (_, sends) => {
    const before = await lab.outcomes('ImportCourses', 'cancelled')
    const { stream, ended } = connection.open(pathOf(importCourses))
    if (sends) for (const course of manyCourses(1_000)) stream.write(messageFrame(CourseSchema, course))
    await until(async () => (await lab.service.metric('lab_requests_in_flight')) === 1, 'the call is there')
    // Not close(8): that says END_STREAM first, and a server that reads it before the rest has a whole import.
    stream.destroy(new DOMException('', 'AbortError'))
    await ended.catch(() => {})
    await lab.idle()
    expect(await lab.outcomes('ImportCourses', 'cancelled')).toBe(before + 1)
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
})
