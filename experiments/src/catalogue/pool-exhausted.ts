import { createPublicUsersClient } from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import { UsersApiContainer } from '@polyservice-lab/testcontainers'
import { type Experiment, type Load, observation } from '../experiment.ts'
import { describeCodes, quantile } from '../runner/lane.ts'
import { postgresOf } from './support/postgres.ts'

/** As the pool of the service has it. */
const poolMax = 10
const workers = 40
const proofWithinMs = 10_000
/** Time for a statement to be given up and for its call to be answered. */
const holdMs = { short: 5_000, full: 9_000 }

const lock = 'begin; lock table users in access exclusive mode; select pg_sleep(600)'
const unlock = `select pg_terminate_backend(pid) from pg_stat_activity where query like 'begin; lock table users%'`
const sessions = `select count(*) from pg_stat_activity where application_name = 'users-api'`

export const poolExhausted: Experiment = {
  name: 'pool-exhausted',
  title: 'The connection pool is exhausted',
  hypothesis:
    'When every connection of the pool waits for a lock, calls wait for a bounded time and are told unavailable. The database has no more sessions than the pool allows, what needs no database is answered, and the pool is whole again when the lock is gone.',
  affects: ['rest'],
  containers: () => ({ usersApi: new UsersApiContainer().withPostgres() }),
  clients: { timeoutMs: { rest: 20_000 } },

  prepare(run) {
    const { usersApi } = run.lab
    const postgres = postgresOf(run.lab)
    const fakers = createFakers()
    const client = createPublicUsersClient({ ...usersApi.address(), timeoutMs: 20_000 })
    // Begun with the fault: so many clients are no steady state of a small machine.
    let load: Load | undefined
    let sessionsMax = 0

    async function pool(state: string): Promise<number> {
      const text = await fetch(`${usersApi.adminUrl()}/metrics`).then((response) => response.text())
      const sample = new RegExp(`^lab_postgres_pool_connections\\{state="${state}".*\\} (\\d+)$`, 'm')
      return Number(sample.exec(text)?.[1] ?? Number.NaN)
    }

    return {
      fault: {
        what: `lock table users, in a session that sleeps, and ${workers} clients sign up`,
        run: () => {
          // It ends with an error, when its session is ended.
          postgres.psql(lock).catch(() => {})
          load = run.load('sign-ups', workers, () => client.createUser(fakers.user()))
        },
      },
      proof: {
        that: 'every connection of the pool is in use, and calls wait for one',
        withinMs: proofWithinMs,
        look: async () => {
          const [used, waiting] = [await pool('used'), await pool('waiting')]
          const locked = await postgres.psql(
            `select count(*) from pg_locks where mode = 'AccessExclusiveLock' and granted and relation = 'users'::regclass`,
          )
          const holds = used === poolMax && waiting > 0 && locked !== '0'
          return observation(holds, `${used} in use, ${waiting} wait; ${locked} lock`)
        },
      },
      holdMs: run.pick(holdMs.short, holdMs.full),
      meanwhile: [
        {
          that: 'every call is told unavailable',
          look: () => {
            const calls = load?.lane.between(run.span('fault')) ?? []
            const holds = calls.length > 0 && calls.every(({ code }) => code === 'unavailable')
            return observation(
              holds,
              `${describeCodes(calls)}, half of them within ${quantile(calls, 0.5).toFixed(0)} ms`,
            )
          },
        },
        {
          that: `the database has no more than ${poolMax} sessions of the service`,
          look: async () => {
            sessionsMax = Math.max(sessionsMax, Number(await postgres.psql(sessions)))
            return observation(sessionsMax <= poolMax, `${sessionsMax} sessions, ${workers} clients`)
          },
        },
        {
          that: 'what needs no database is answered',
          look: async () => {
            const { host, port } = usersApi.address()
            const { status } = await fetch(`http://${host}:${port}/openapi.json`)
            return observation(status === 200, `GET /openapi.json: ${status}`)
          },
        },
      ],
      undo: { what: 'end the session that holds the lock', run: () => postgres.psql(unlock) },
      recovery: [
        {
          that: 'no connection is lost to the pool, and no call waits',
          withinMs: proofWithinMs,
          look: async () => {
            await load?.stop()
            const [used, waiting] = [await pool('used'), await pool('waiting')]
            return observation(used <= 1 && waiting === 0, `${used} in use, ${waiting} wait`)
          },
        },
      ],
    }
  },
}
