import { type Experiment, observation } from '../experiment.ts'
import { containerState } from '../runner/containers.ts'
import { clientNames, describeCodes, isOk, quantile } from '../runner/lane.ts'

const drainMs = 15_000
const timeoutMs = 60_000

export const rollingRestart: Experiment = {
  name: 'rolling-restart',
  title: 'Rolling restart under load',
  hypothesis:
    'Every service is restarted, one after the other, and no call fails: servers finish what they have begun, and clients with retries repeat what was not taken.',
  affects: [],
  clients: {
    retries: { retriesMax: 200, delayMs: 100, delayMsMax: 1_000 },
    timeoutMs: { rest: timeoutMs, grpc: timeoutMs, tcp: timeoutMs, websocket: timeoutMs },
  },

  async prepare(run) {
    const { services } = run.lab
    const startedAt = () =>
      Promise.all(services.map(async (service) => (await containerState(service)).StartedAt))
    const before = await startedAt()
    const exitCodes: number[] = []

    return {
      fault: {
        what: 'SIGTERM and a new start, service by service',
        run: async () => {
          for (const service of services) {
            run.note(`restart ${service.service}`)
            await service.stop({ remove: false, timeout: drainMs })
            exitCodes.push((await containerState(service)).ExitCode)
            await service.start()
          }
        },
      },
      proof: {
        that: 'each server has drained, ended with 0, and is another process now',
        look: async () => {
          const after = await startedAt()
          const renewed = after.filter((at, i) => at !== before[i]).length
          const hasDrained = exitCodes.length === services.length && exitCodes.every((code) => code === 0)
          return observation(
            renewed === services.length && hasDrained,
            `${renewed} of ${services.length} restarted, exit codes ${exitCodes.join(', ')}`,
          )
        },
      },
      holdMs: run.pick(200, 1_000),
      meanwhile: [
        {
          that: 'no call fails: those that found a closed door have waited',
          withinMs: timeoutMs,
          look: () => {
            const span = { from: run.span('inject').from, to: run.span('fault').to }
            const lanes = clientNames.map((name) => run.lane(name))
            const isOver = lanes.every(({ open }) => open < 5)
            const calls = lanes.map((lane) => lane.between(span))
            const saw = lanes.map(
              ({ name }, i) =>
                `${name} ${describeCodes(calls[i] ?? [])}, slowest ${Math.round(quantile(calls[i] ?? [], 1))} ms`,
            )
            return observation(isOver && calls.flat().every(isOk), saw.join(' · '))
          },
        },
      ],
      undo: {
        what: 'start what does not run',
        run: async () => {
          for (const service of services) if (!(await containerState(service)).Running) await service.start()
        },
      },
      recovery: [],
    }
  },
}
