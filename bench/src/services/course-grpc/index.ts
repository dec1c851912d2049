import { startService } from '../../servers/service.ts'
import type { MeasuredService } from '../index.ts'
import { getCourse } from './get-course.ts'
import { getCourseWorkload, importDescriptions, listCoursesWorkload } from './workload.ts'

const utf8Bytes32KiB = '🎓'.repeat(8192)

export const service: MeasuredService = {
  name: 'course-grpc',
  protocol: 'gRPC',
  floor: 'grpc-js',
  getRecord(text, env) {
    const bytes = Buffer.byteLength(text)
    const large = bytes > 40_000
    return {
      operation: large
        ? 'ListCourses of two courses, 32 KiB of text in each, which is near the most that one may have'
        : `GetCourse, ${bytes} bytes of text in it`,
      subject: async () => {
        const server = await startService('course-grpc', env)
        await importDescriptions(server, large ? [utf8Bytes32KiB, utf8Bytes32KiB] : [text])
        return { server, workload: large ? listCoursesWorkload(2) : getCourseWorkload('00000000') }
      },
    }
  },
  getItems: (count, text) => ({
    operation: `ListCourses, a stream of ${count}`,
    subject: async () => {
      const server = await startService('course-grpc')
      await importDescriptions(server, Array(count).fill(text))
      return { server, workload: listCoursesWorkload(count) }
    },
  }),
  scenarios: [getCourse],
}
