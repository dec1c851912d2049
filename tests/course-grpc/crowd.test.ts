import { once } from 'node:events'
import type { ClientHttp2Stream } from 'node:http2'
import { connect as connectSocket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { CourseService } from '@polyservice-lab/contracts/course-grpc'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { docker } from '../support/docker.ts'
import { until } from '../support/lab.ts'
import { useCourseLab } from './support/course-lab.ts'
import { buildCourse, manyCourses } from './support/courses.ts'
import { connectRaw, frame, messageFrame, pathOf, type RawConnection } from './support/raw-client.ts'

const { listCourses, study, createCourse } = CourseService.method

vi.setConfig({ testTimeout: 120_000 })

/** Crowds against a container with its usual memory: afterwards it is the same, never started again. */
describe('a crowd that keeps every limit', () => {
  const lab = useCourseLab({ LOG_LEVEL: 'warn' })

  afterEach(async () => {
    const { stdout } = await docker(
      ...[
        'inspect',
        '--format',
        '{{.State.Running}} {{.State.OOMKilled}} {{.RestartCount}}',
        lab.service.getId(),
      ],
    )
    expect(stdout.trim()).toBe('true false 0')
    // Whatever the crowd has left ends, and calls are answered.
    await lab.idle()
    expect((await lab.client.getCourse('api-course')).courseId).toBe('api-course')
  })

  async function connections(count: number): Promise<AsyncDisposable & { all: RawConnection[] }> {
    const stack = new AsyncDisposableStack()
    const address = lab.service.address()
    const all: RawConnection[] = []
    for (let i = 0; i < count; i++) all.push(stack.use(await connectRaw(address)))
    return { all, [Symbol.asyncDispose]: () => stack.disposeAsync() }
  }

  /** A server at work may let a poll wait so long that its connection ends. */
  const metric = (name: string) => lab.service.metric(name).catch(() => Number.NaN)

  /** Opens 100 calls on each of so many connections and reads nothing of their answers. */
  async function sleepers(count: number, path: string, begin: (stream: ClientHttp2Stream) => void) {
    const before = await metric('lab_requests_total')
    const crowd = await connections(count)
    for (const connection of crowd.all) {
      for (let i = 0; i < 100; i++) {
        const { stream } = connection.open(path)
        stream.pause()
        begin(stream)
      }
      // Others have their turn in between.
      await setImmediate()
    }
    const begun = async () => (await metric('lab_requests_in_flight')) + (await metric('lab_requests_total'))
    await until(async () => (await begun()) >= before + 100 * count, 'all have begun', 60_000)
    return crowd
  }

  test('800 lists whose readers do not read', async () => {
    await lab.client.importCourses(manyCourses(20, { description: 'x'.repeat(10_000) }))
    const list = messageFrame(listCourses.input, {})
    await using _crowd = await sleepers(8, pathOf(listCourses), (stream) => stream.end(list))
    expect((await lab.client.getCourse('api-course')).courseId).toBe('api-course')
  })

  test('400 dialogues that ask and do not read', async () => {
    await lab.client.createCourse(buildCourse({ courseId: 'long', description: 'API. '.repeat(2_000) }))
    const question = messageFrame(study.input, { courseId: 'long', question: 'API' })
    const questions = Buffer.concat(Array.from({ length: 900 }, () => question))
    await using _crowd = await sleepers(4, pathOf(study), (stream) => stream.write(questions))
    expect((await lab.client.getCourse('api-course')).courseId).toBe('api-course')
  })

  test('a message in frames of one byte, that never ends', async () => {
    const address = lab.service.address()
    const socket = connectSocket(address.port, address.host)
    socket.on('error', () => {}).resume()
    await once(socket, 'connect')
    socket.write(callHead(pathOf(createCourse)))
    const prefix = [0, 0, 64, 0, 0]
    const byteFrame = (byte: number) => Buffer.from([0, 0, 1, 0, 0, 0, 0, 0, 1, byte])
    const block = Buffer.concat(Array.from({ length: 4_096 }, () => byteFrame(0x61)))
    socket.write(Buffer.concat(prefix.map(byteFrame)))
    // The window of a stream is 64 KiB, and opens as it is read.
    const begun = await lab.outcomes('CreateCourse', 'resource_exhausted')
    const ended = async () => (await lab.outcomes('CreateCourse', 'resource_exhausted')) > begun
    await until(async () => {
      for (let i = 0; i < 4 && socket.writableLength < 1_000_000; i++) socket.write(block)
      return socket.destroyed || (await ended())
    }, 'the call is ended')
    socket.destroy()
  })

  test('100 calls with messages of 4 MB that were 4 KB, all at once', async () => {
    const course = buildCourse({ description: 'x'.repeat(4_000_000) })
    const zipped = frame(gzipSync(messageFrame(createCourse.input, { course }).subarray(5)), 1)
    await using crowd = await connections(5)
    const ended = crowd.all.flatMap((connection) =>
      Array.from({ length: 20 }, () =>
        connection.call(pathOf(createCourse), zipped, { 'grpc-encoding': 'gzip' }),
      ),
    )
    const statuses = new Set((await Promise.all(ended)).map(({ status }) => status))
    expect([...statuses]).toEqual([3])
  })
})

/** The preface, settings, and the headers of a call on stream 1, literal and without an index (RFC 7541, 6.2.2). */
function callHead(path: string): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)])
  const header = (name: string, value: string) => Buffer.concat([Buffer.from([0]), text(name), text(value)])
  const headers = Buffer.concat([
    header(':method', 'POST'),
    header(':scheme', 'http'),
    header(':path', path),
    header(':authority', 'localhost'),
    header('content-type', 'application/grpc'),
    header('te', 'trailers'),
  ])
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
  const head = Buffer.from([0, 0, headers.length, 1, 4, 0, 0, 0, 1])
  return Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settings, head, headers])
}
