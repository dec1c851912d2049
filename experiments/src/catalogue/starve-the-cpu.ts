import { createPrivateUsersClient } from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import { type Experiment, observation } from '../experiment.ts'
import { cpuThrottling } from '../runner/containers.ts'
import { type Call, describeCodes, isOk, quantile } from '../runner/lane.ts'

const cpus = 0.03
/** How much slower calls must be on the average, at least. */
const slowerMin = 2

export const starveTheCpu: Experiment = {
  name: 'starve-the-cpu',
  title: 'Starve the processor',
  hypothesis: `With ${cpus} of a processor the API is slow and not wrong: calls wait for their turn and are answered. The other services, which share the machine, do not notice.`,
  affects: ['rest'],
  clients: { timeoutMs: { rest: 60_000 } },

  async prepare(run) {
    const { usersApi } = run.lab
    const rest = usersApi.client({ timeoutMs: 60_000 })
    const account = createFakers().user()
    await rest.users.createUser(account)
    const { accessToken: token } = await rest.authentication.login(account)
    const client = createPrivateUsersClient({ ...usersApi.address(), token, timeoutMs: 60_000 })
    const load = run.load('a busy crowd', 4, () => client.getUserMe())
    let before = 0

    return {
      fault: {
        what: `docker update --cpus ${cpus} users-api`,
        run: async () => {
          before = await cpuThrottling(usersApi)
          await usersApi.throttle({ cpus })
        },
      },
      proof: {
        that: 'the kernel makes it wait',
        withinMs: 20_000,
        look: async () => {
          const periods = (await cpuThrottling(usersApi)) - before
          return observation(periods > 5, `throttled in ${periods} periods of 100 ms`)
        },
      },
      holdMs: run.pick(2_000, 5_000),
      meanwhile: [
        {
          that: 'calls are slower, and none fails',
          look: () => {
            const [fast, slow] = [load.lane.between(run.span('steady')), load.lane.between(run.span('fault'))]
            const [from, to] = [mean(fast), mean(slow)]
            const holds = slow.length > 0 && slow.every(isOk) && to > slowerMin * from
            const slowest = quantile(slow, 1)
            const saw = `${describeCodes(slow)}, ${to.toFixed(0)} ms each instead of ${from.toFixed(1)} ms, the slowest ${slowest.toFixed(0)} ms`
            return observation(holds, saw)
          },
        },
      ],
      undo: { what: 'as many processors as before', run: () => usersApi.unthrottle() },
      recovery: [
        {
          that: 'it is fast again',
          withinMs: 20_000,
          look: () => {
            const slow = mean(load.lane.between(run.span('fault')))
            const now = mean(load.lane.between(run.span('recovery')).slice(-50))
            return observation(now < slow / slowerMin, `${now.toFixed(1)} ms each`)
          },
        },
      ],
    }
  },
}

/** ms; NaN without calls, which is neither slow nor fast. */
function mean(calls: readonly Call[]): number {
  return calls.reduce((sum, { ms }) => sum + ms, 0) / calls.length
}
