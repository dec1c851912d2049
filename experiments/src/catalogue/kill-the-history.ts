import { type Experiment, observation } from '../experiment.ts'
import { containerState } from '../runner/containers.ts'
import { isOk } from '../runner/lane.ts'
import { missing, readHistory } from './support/history.ts'

export const killTheHistory: Experiment = {
  name: 'kill-the-history',
  title: 'Kill the history under load',
  hypothesis:
    'What the history has acknowledged survives kill -9: every message is there afterwards, once, and at the place it was given. Nobody else notices.',
  affects: ['tcp'],

  prepare(run) {
    const { tcpHistory } = run.lab
    const acknowledged: { readonly message: string; readonly sequence: bigint }[] = []
    const client = tcpHistory.client({ timeoutMs: 2_000 })
    const load = run.load('appends', 8, async () => {
      const message = crypto.randomUUID()
      await using session = await client.open()
      const sequence = await session.append(message)
      acknowledged.push({ message, sequence })
    })
    let acknowledgedBefore = 0

    return {
      fault: {
        what: 'kill -9 tcp-history',
        run: async () => {
          await tcpHistory.kill()
          acknowledgedBefore = acknowledged.length
        },
      },
      proof: {
        that: 'its container has ended by SIGKILL',
        look: async () => {
          const { Running, ExitCode } = await containerState(tcpHistory)
          return observation(!Running && ExitCode === 137, `running: ${Running}, exit code ${ExitCode}`)
        },
      },
      meanwhile: [
        {
          that: 'nothing is acknowledged that nobody can keep',
          look: () => {
            const calls = load.lane.between(run.span('fault'))
            const late = acknowledged.length - acknowledgedBefore
            return observation(
              late === 0 && calls.length > 0,
              `${calls.length} attempts, ${late} acknowledged`,
            )
          },
        },
        {
          that: 'a client learns at once that nobody is there',
          look: () => {
            const calls = [
              ...load.lane.between(run.span('fault')),
              ...run.lane('tcp').between(run.span('fault')),
            ]
            const slowest = Math.max(0, ...calls.map(({ ms }) => ms))
            const holds = calls.length > 0 && calls.every(({ code }) => code === 'unavailable')
            return observation(
              holds,
              `${calls.length} calls, all unavailable: ${holds}, slowest ${slowest.toFixed(0)} ms`,
            )
          },
        },
      ],
      undo: { what: 'start tcp-history again', run: () => tcpHistory.start() },
      recovery: [
        {
          that: 'every acknowledged message is there, once, at its place',
          look: async () => {
            await load.stop()
            const kept = await readHistory(client)
            const { lost, twice } = missing(
              acknowledged.map(({ message }) => message),
              kept,
            )
            // Sequence numbers count from 1.
            const moved = acknowledged.filter(
              ({ message, sequence }) => kept[Number(sequence) - 1] !== message,
            ).length
            const saw = `${acknowledged.length} acknowledged: ${lost} lost, ${twice} twice, ${moved} not at their place; ${kept.length} in the history`
            return observation(lost + twice + moved === 0, saw)
          },
        },
        {
          that: 'the load went on by itself',
          look: () => {
            const ok = load.lane.between(run.span('recovery')).filter(isOk).length
            return observation(ok > 0, `${ok} appended since`)
          },
        },
      ],
    }
  },
}
