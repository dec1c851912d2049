import { type Experiment, observation } from '../experiment.ts'
import { inspect } from '../runner/containers.ts'
import { describeCodes, quantile } from '../runner/lane.ts'

/** The deadline of each call, in ms. */
const deadlineMs = 500
/** How late a deadline may fire on a machine that is busy, in ms. */
const lateMsMax = 5_000

export const partitionTheUsersApi: Experiment = {
  name: 'partition-the-users-api',
  title: 'Partition the users API',
  hypothesis:
    'Off the network, the API runs and nobody reaches it. Each call fails within its deadline, as unavailable or deadline_exceeded; nothing that was built for the clients has to be restarted afterwards.',
  affects: ['rest'],
  clients: { timeoutMs: { rest: deadlineMs } },

  prepare(run) {
    const { usersApi } = run.lab
    const cut = () => run.lane('rest').between(run.span('fault'))
    let startedAt = ''

    return {
      fault: {
        what: 'docker network disconnect users-api',
        run: async () => {
          startedAt = (await inspect(usersApi)).State.StartedAt
          await usersApi.disconnect()
        },
      },
      proof: {
        that: 'it runs, and is on no network',
        look: async () => {
          const { State, NetworkSettings } = await inspect(usersApi)
          const networks = Object.keys(NetworkSettings.Networks)
          const holds = State.Running && networks.length === 0
          return observation(holds, `running: ${State.Running}, networks: ${networks.join(', ') || 'none'}`)
        },
      },
      meanwhile: [
        {
          that: 'every call fails with unavailable or deadline_exceeded',
          withinMs: lateMsMax,
          look: () => {
            const codes = ['unavailable', 'deadline_exceeded']
            const holds = cut().length > 0 && cut().every(({ code }) => codes.includes(code))
            return observation(holds, describeCodes(cut()))
          },
        },
        {
          that: `no call takes longer than its deadline of ${deadlineMs} ms`,
          look: () => {
            const slowest = quantile(cut(), 1)
            const times = `half of them within ${quantile(cut(), 0.5).toFixed(1)} ms, all within ${slowest.toFixed(0)} ms`
            return observation(slowest < deadlineMs + lateMsMax, times)
          },
        },
      ],
      undo: { what: 'docker network connect users-api', run: () => usersApi.reconnect() },
      recovery: [
        {
          that: 'it was the network alone: the server never ended',
          look: async () => {
            const { StartedAt } = (await inspect(usersApi)).State
            return observation(StartedAt === startedAt, `started at ${StartedAt}, before and after`)
          },
        },
      ],
    }
  },
}
