import { httpWorkload } from '../../load/http-workload.ts'
import type { MeasuredService } from '../index.ts'
import { startUsersApi } from './account.ts'
import { duringLogins } from './during-logins.ts'
import { usersGrowth } from './growth.ts'
import { usersMe } from './users-me.ts'

export const service: MeasuredService = {
  name: 'users-api',
  protocol: 'REST',
  floor: 'http',
  getRecord: (text, env) => ({
    operation: `GET /courses/{id}, ${Buffer.byteLength(text)} bytes of text in it`,
    subject: async () => {
      const lab = await startUsersApi(env)
      const id = await lab.createCourse(text)
      return { server: lab.server, workload: httpWorkload(lab.get(`/courses/${id}`)) }
    },
  }),
  getItems: (count, text) => ({
    operation: `GET /exercises of a course that has ${count}`,
    subject: async () => {
      const lab = await startUsersApi()
      const courseId = await lab.createCourse(text)
      await lab.createExercise(courseId)
      lab.copyRows('exercises', count - 1)
      return { server: lab.server, workload: httpWorkload(lab.get(`/exercises?courseId=${courseId}`)) }
    },
  }),
  scenarios: [usersMe, duringLogins, usersGrowth],
}
