import { setTimeout } from 'node:timers/promises'
import { createPrivateUsersClient } from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import { type Experiment, observation, type Run } from '../experiment.ts'
import { containerState } from '../runner/containers.ts'
import { isOk } from '../runner/lane.ts'

const callers = 20
/** How much more often those who do not back off must ask: soon where the machine is fast, later where it is busy. */
const ratioMin = 3
const ratioWithinMs = 30_000

/** The pause after so many failures, in ms. */
type Pause = (failures: number) => number
const noBackoff: Pause = () => 5
/** Twice as long each time, and half of it by chance. It is what `retries: {}` gives to a client. */
const backoff: Pause = (failures) => Math.min(5_000, 100 * 2 ** (failures - 1)) * (0.5 + Math.random() / 2)

export const retryStorm: Experiment = {
  name: 'retry-storm',
  title: 'Retry storm',
  hypothesis:
    'Clients that retry without backing off hammer a server that is down. Those that back off with jitter ask a fraction as often, and every one of them is served as well when it is back.',
  affects: ['rest'],

  async prepare(run) {
    const { usersApi } = run.lab
    const account = createFakers().user()
    const rest = usersApi.client()
    await rest.users.createUser(account)
    const { accessToken: token } = await rest.authentication.login(account)
    const client = createPrivateUsersClient({ ...usersApi.address(), token })
    const crowds = [crowd(run, 'no backoff', noBackoff), crowd(run, 'backoff', backoff)] as const
    const served: Promise<unknown>[] = []

    return {
      fault: {
        what: `stop users-api, and have two crowds of ${callers} call it: one backs off, one does not`,
        run: async () => {
          await usersApi.stop({ remove: false })
          for (const { call } of crowds)
            for (let i = 0; i < callers; i += 1) served.push(call(() => client.getUserMe()))
        },
      },
      proof: {
        that: 'it has ended',
        look: async () => {
          const { Running, Status } = await containerState(usersApi)
          return observation(!Running, Status)
        },
      },
      meanwhile: [
        {
          that: 'those who back off ask much less',
          withinMs: ratioWithinMs,
          look: () => {
            const [without, withBackoff] = crowds.map(({ lane }) => lane.calls.length) as [number, number]
            const ratio = without / withBackoff
            const saw = `${without} attempts without backoff, ${withBackoff} with it: ${ratio.toFixed(1)} times as many`
            return observation(ratio > ratioMin, saw)
          },
        },
      ],
      undo: { what: 'start users-api again', run: () => usersApi.start() },
      recovery: [
        {
          that: 'every caller of both crowds is served in the end',
          look: async () => {
            await Promise.all(served)
            const { to } = run.span('undo')
            const saw = crowds.map(({ lane }) => {
              const ok = lane.calls.filter(isOk)
              const last = Math.max(...ok.map(({ at, ms }) => at + ms)) - to
              return `${lane.name}: ${ok.length} served with ${lane.calls.length} attempts, the last ${Math.round(last)} ms after the start`
            })
            const holds = crowds.every(({ lane }) => lane.calls.filter(isOk).length === callers)
            return observation(holds, saw.join(' · '))
          },
        },
      ],
    }
  },
}

/** Callers that ask until they are served, each attempt in a lane of theirs. They give up when the run ends. */
function crowd(run: Run, name: string, pauseMs: Pause) {
  const lane = run.lane(name)
  const leaving = new AbortController()
  run.use({
    [Symbol.asyncDispose]: async () => leaving.abort(),
  })
  return {
    lane,
    call: async (attempt: () => Promise<unknown>) => {
      for (let failures = 1; !leaving.signal.aborted; failures += 1) {
        if ((await lane.record(attempt)) !== undefined) return
        await setTimeout(pauseMs(failures), undefined, { signal: leaving.signal }).catch(() => {})
      }
    },
  }
}
