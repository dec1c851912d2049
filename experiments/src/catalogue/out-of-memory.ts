import { type Experiment, type Load, observation } from '../experiment.ts'
import { containerState, inspect } from '../runner/containers.ts'
import { isOk } from '../runner/lane.ts'
import { missing, readHistory } from './support/history.ts'

const mebibyte = 1024 ** 2
/** What the server may have beside what it has now, in bytes. */
const roomBytes = 24 * mebibyte
const messageBytes = 60_000
/** The key of a message, at its beginning; the rest of it is weight. */
const keyLength = crypto.randomUUID().length

export const outOfMemory: Experiment = {
  name: 'out-of-memory',
  title: 'Out of memory',
  hypothesis:
    'A process that needs more memory than it may have is killed in the middle of whatever it does. What it acknowledged before is there when it starts again.',
  affects: ['tcp'],

  prepare(run) {
    const { tcpHistory } = run.lab
    const client = tcpHistory.client()
    const acknowledged: string[] = []
    const weight = 'x'.repeat(messageBytes - keyLength)
    let limit = 0
    let load: Load | undefined

    return {
      fault: {
        what: `no more than ${inMebibytes(roomBytes)} of memory on top, and a load that needs more`,
        run: async () => {
          limit = Math.ceil((await tcpHistory.metric('process_resident_memory_bytes')) + roomBytes)
          await tcpHistory.throttle({ memory: limit })
          load = run.load('large appends', 8, async () => {
            const key = crypto.randomUUID()
            await using session = await client.open()
            await session.append(key + weight)
            acknowledged.push(key)
          })
        },
      },
      proof: {
        that: 'the kernel has killed it for its memory',
        withinMs: 60_000,
        look: async () => {
          const { OOMKilled, Running, ExitCode } = await containerState(tcpHistory)
          const saw = `limit ${inMebibytes(limit)}, OOM killed: ${OOMKilled}, exit code ${ExitCode}`
          return observation(OOMKilled && !Running, saw)
        },
      },
      meanwhile: [
        {
          that: 'its clients see that it is gone',
          look: () => {
            const calls = run.lane('large appends').between(run.span('fault'))
            const holds = calls.length > 0 && calls.every(({ code }) => code === 'unavailable')
            return observation(holds, `${calls.length} calls, unavailable every one: ${holds}`)
          },
        },
      ],
      undo: {
        what: 'the limit it had before, and start it again',
        run: async () => {
          await tcpHistory.unthrottle()
          if (!(await containerState(tcpHistory)).Running) await tcpHistory.start()
        },
      },
      recovery: [
        {
          that: 'it takes messages again',
          withinMs: 30_000,
          look: async () => {
            const { HostConfig } = await inspect(tcpHistory)
            const ok = run.lane('large appends').between(run.span('recovery')).filter(isOk).length
            return observation(ok > 0, `${ok} appended since, limit ${inMebibytes(HostConfig.Memory ?? 0)}`)
          },
        },
        {
          that: 'every acknowledged message is there, whole, once',
          look: async () => {
            await load?.stop()
            const kept = await readHistory(client)
            const whole = kept.filter((message) => message.length === messageBytes)
            const { lost, twice } = missing(
              acknowledged,
              whole.map((message) => message.slice(0, keyLength)),
            )
            const saw = `${acknowledged.length} of ${messageBytes} bytes acknowledged, ${lost} lost, ${twice} twice`
            return observation(acknowledged.length > 0 && lost === 0 && twice === 0, saw)
          },
        },
      ],
    }
  },
}

const inMebibytes = (bytes: number) => `${(bytes / mebibyte).toFixed(0)} MiB`
