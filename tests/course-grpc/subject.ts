import { createCourseClient } from '@polyservice-lab/clients'
import { CourseService } from '@polyservice-lab/contracts/course-grpc'
import type { Subject } from '../support/subject.ts'
import { beginMessage } from './support/raw-client.ts'

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
    begin: (address, message) => beginMessage(address, CourseService.method.createCourse, message),
    bytesMax: 4_194_304,
    refusal: 'status 14: too many unfinished messages',
    answer: 'status 3:',
  },
  crowd: { hello: Buffer.concat([preface, emptySettings]), impatience: { HANDSHAKE_TIMEOUT_MS: '3000' } },
}
