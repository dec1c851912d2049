import { createPublicUsersClient, LabError } from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import type { NewUser } from '@polyservice-lab/contracts/users-api'
import { UsersApiContainer } from '@polyservice-lab/testcontainers'
import { type Experiment, observation } from '../experiment.ts'
import { containerState, inspect } from '../runner/containers.ts'
import { describeCodes, isOk } from '../runner/lane.ts'
import { postgresOf, readiness } from './support/postgres.ts'

const readinessWithinMs = 10_000

export const databaseRestarts: Experiment = {
  name: 'database-restarts',
  title: 'The database restarts under load',
  hypothesis:
    'A service outlives its database: while PostgreSQL is gone it says unavailable and that it is not ready, and goes on by itself when it is back. What was acknowledged before kill -9 is there.',
  affects: ['rest'],
  containers: () => ({ usersApi: new UsersApiContainer().withPostgres() }),

  prepare(run) {
    const { usersApi } = run.lab
    const postgres = postgresOf(run.lab)
    const fakers = createFakers()
    const client = createPublicUsersClient(usersApi.address())
    const acknowledged: NewUser[] = []
    let startedAt = ''
    let acknowledgedBefore = 0
    const load = run.load('sign-ups', 8, async () => {
      const user = fakers.user()
      await client.createUser(user)
      acknowledged.push(user)
    })

    /** Nobody else has these addresses: that one is taken shows that its user is there. */
    const isThere = (user: NewUser) =>
      client.createUser(user).then(
        () => false,
        (error: unknown) => error instanceof LabError && error.code === 'already_exists',
      )

    return {
      fault: {
        what: 'kill -9 postgres',
        run: async () => {
          startedAt = (await inspect(usersApi)).State.StartedAt
          await postgres.kill()
          acknowledgedBefore = acknowledged.length
        },
      },
      proof: {
        that: 'its container has ended by SIGKILL',
        look: async () => {
          const { Running, ExitCode } = await containerState(postgres.container)
          return observation(!Running && ExitCode === 137, `running: ${Running}, exit code ${ExitCode}`)
        },
      },
      meanwhile: [
        {
          that: 'every call is told unavailable, and nothing is acknowledged',
          withinMs: readinessWithinMs,
          look: () => {
            const calls = [
              ...load.lane.between(run.span('fault')),
              ...run.lane('rest').between(run.span('fault')),
            ]
            const late = acknowledged.length - acknowledgedBefore
            const holds = calls.length > 0 && calls.every(({ code }) => code === 'unavailable') && late === 0
            return observation(holds, `${describeCodes(calls)}; ${late} acknowledged`)
          },
        },
        {
          that: 'the service says that it is not ready, and why',
          withinMs: readinessWithinMs,
          look: async () => {
            const saw = await readiness(run.lab)
            return observation(saw === '503 the database is not available', saw)
          },
        },
      ],
      undo: { what: 'start postgres again', run: () => postgres.start() },
      recovery: [
        {
          that: 'every acknowledged user is there',
          look: async () => {
            await load.stop()
            let lost = 0
            for (const user of acknowledged) if (!(await isThere(user))) lost += 1
            return observation(lost === 0, `${acknowledged.length} acknowledged, ${lost} lost`)
          },
        },
        {
          that: 'sign-ups went on by themselves, in the same process',
          look: async () => {
            const ok = load.lane.between(run.span('recovery')).filter(isOk).length
            const { StartedAt } = (await inspect(usersApi)).State
            const saw = `${ok} since; started at ${StartedAt}, before and after`
            return observation(ok > 0 && StartedAt === startedAt, saw)
          },
        },
      ],
    }
  },
}
