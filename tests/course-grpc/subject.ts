import { createCourseClient } from '@polyservice-lab/clients'
import { CourseService } from '@polyservice-lab/contracts/course-grpc'
import type { Subject } from '../support/subject.ts'
import { connectRaw, frame, pathOf } from './support/raw-client.ts'

/** RFC 9113, 3.4 and 6.5. */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])

export const subject: Subject = {
  durable: true,
  badEnvironment: [['MESSAGE_BYTES_MAX', 'many']],
  call: async (address, item) => {
    await using client = createCourseClient(address)
    await client.createCourse({ courseId: item, title: 'a course', description: '' })
  },
  refused: {
    code: 'not_found',
    call: async (address) => {
      await using client = createCourseClient(address)
      await client.getCourse('not-there')
    },
  },
  kept: async (address, items) => {
    await using client = createCourseClient(address)
    const there = new Set<string>()
    for await (const { courseId } of client.listCourses()) there.add(courseId)
    return items.filter((item) => there.has(item))
  },
  unfinished: {
    async begin(address, message) {
      const connection = await connectRaw(address)
      const { stream, ended } = connection.open(pathOf(CourseService.method.createCourse))
      let heard = ''
      void ended.then(
        ({ status, message }) => {
          heard = `status ${status}: ${message}`
        },
        () => {},
      )
      const prefix = frame(Buffer.alloc(0))
      prefix.writeUInt32BE(message.length, 1)
      stream.on('error', () => {})
      stream.write(prefix)
      stream.write(message.subarray(0, -1))
      return {
        heard: () => heard,
        finish: () => stream.end(message.subarray(-1)),
        [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
      }
    },
    bytesMax: 4_194_304,
    refusal: 'status 14: too many unfinished messages',
    answer: 'status 3:',
  },
  crowd: { hello: Buffer.concat([preface, emptySettings]), impatience: { HANDSHAKE_TIMEOUT_MS: '3000' } },
}
