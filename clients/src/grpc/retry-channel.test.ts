import { create, toBinary } from '@bufbuild/protobuf'
import { Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js'
import { CourseSchema, CourseService } from '@polyservice-lab/contracts/course-grpc'
import { expect, onTestFinished, test } from 'vitest'
import type { WireEvent } from '../core/wire.ts'
import { type CourseClientOptions, createCourseClient } from './course-client.ts'

const { getCourse, createCourse } = CourseService.method
const course = { courseId: 'a', title: 'A', description: '' }

/** A server that is unavailable for its first calls, and a client that tells what it sees. */
async function unavailable(calls: number, pushbackMs: string | undefined, options: CourseClientOptions = {}) {
  const server = new Server()
  let seen = 0
  const definition = (method: typeof getCourse | typeof createCourse) => ({
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (answer: typeof course) =>
      Buffer.from(toBinary(CourseSchema, create(CourseSchema, answer))),
    responseDeserialize: (bytes: Buffer) => bytes,
  })
  const answer = (_call: unknown, done: (error: object | null, answer?: typeof course) => void) => {
    seen += 1
    if (seen > calls) return done(null, course)
    const metadata = new Metadata()
    if (pushbackMs !== undefined) metadata.set('grpc-retry-pushback-ms', pushbackMs)
    done({ code: status.UNAVAILABLE, details: 'not now', metadata })
  }
  server.addService(
    { getCourse: definition(getCourse), createCourse: definition(createCourse) },
    { getCourse: answer, createCourse: answer },
  )
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  const events: WireEvent[] = []
  const client = createCourseClient({ port, onWire: (event) => events.push(event), ...options })
  onTestFinished(async () => {
    await client[Symbol.asyncDispose]()
    server.forceShutdown()
  })
  const retries = () => events.flatMap(({ retry }) => (retry ? [retry.number] : []))
  return { client, retries, seen: () => seen }
}

test('repeats a read as often as it takes, and tells of each retry', async () => {
  const { client, retries, seen } = await unavailable(6, undefined, { retries: { delayMs: 1 } })
  expect(await client.getCourse('a')).toEqual(course)
  expect(seen()).toBe(7)
  expect(retries()).toEqual([1, 2, 3, 4, 5, 6])
})

test('waits as long as the server asks for, instead of its own backoff', async () => {
  const { client, seen } = await unavailable(1, '1', { retries: { delayMs: 600_000, delayMsMax: 600_000 } })
  expect(await client.getCourse('a')).toEqual(course)
  expect(seen()).toBe(2)
})

test.for([
  ['a write', {}, 'createCourse', undefined],
  ['a read that the server forbids to repeat', {}, 'getCourse', '-1'],
  ['a read, where retries are off', false, 'getCourse', undefined],
] as const)('does not repeat %s', async ([, retries, method, pushback]) => {
  const { client, seen } = await unavailable(1, pushback, { retries })
  const call = method === 'getCourse' ? client.getCourse('a') : client.createCourse(course)
  await expect(call).rejects.toMatchObject({ code: 'unavailable', message: 'not now' })
  expect(seen()).toBe(1)
})
