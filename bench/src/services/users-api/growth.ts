import { httpWorkload } from '../../load/http-workload.ts'
import { comparison } from '../../measure/comparison.ts'
import type { Scenario } from '../../scenario.ts'
import { startUsersApi } from './account.ts'

const sizes = [10, 100, 1_000, 10_000, 100_000, 1_000_000]

export const usersGrowth: Scenario = {
  name: 'users-growth',
  title: 'What a look at a user costs as there are more',
  view: 'growth',
  cases: sizes.map((users) =>
    comparison({
      name: `${users.toLocaleString('en')} users`,
      protocol: 'REST',
      operation: 'GET /users/{id} with a token, connections kept alive',
      parameters: { users },
      profile: 'full',
      subject: async () => {
        const lab = await startUsersApi()
        lab.copyRows('users', users - 1)
        return { server: lab.server, workload: httpWorkload(lab.get(`/users/${lab.userId}`)) }
      },
      concurrency: { connections: 16 },
      roundsMax: 3,
    }),
  ),
}
