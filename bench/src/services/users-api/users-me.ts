import { httpWorkload } from '../../load/http-workload.ts'
import { comparison } from '../../measure/comparison.ts'
import type { Scenario } from '../../scenario.ts'
import { startUsersApi } from './account.ts'

export const usersMe: Scenario = {
  name: 'users-me',
  title: 'Who am I? GET /users/me against bare node:http',
  view: 'ratios',
  cases: [
    comparison({
      name: '16 connections',
      protocol: 'REST',
      operation: 'GET /api/v1/users/me with a token, connections kept alive',
      profile: 'short',
      subject: async () => {
        const lab = await startUsersApi()
        return { server: lab.server, workload: httpWorkload(lab.get('/users/me')) }
      },
      floor: 'http',
      concurrency: { connections: 16 },
    }),
  ],
}
