import { comparison } from '../../measure/comparison.ts'
import type { Scenario } from '../../scenario.ts'
import { startOriginal } from '../../servers/original.ts'
import { startService } from '../../servers/service.ts'
import { getCourseWorkload } from './workload.ts'

export const getCourse: Scenario = {
  name: 'get-course',
  title: 'GetCourse against a bare grpc-js server and against grpcio',
  view: 'ratios',
  cases: [
    comparison({
      name: '64 streams',
      protocol: 'gRPC',
      operation: 'GetCourse, 64 streams on one connection',
      profile: 'short',
      subject: async () => ({
        server: await startService('course-grpc'),
        workload: getCourseWorkload('api-course'),
      }),
      floor: 'grpc-js',
      original: () => startOriginal(import.meta.dirname, ['grpc']),
      concurrency: { connections: 1, streams: 64 },
    }),
  ],
}
