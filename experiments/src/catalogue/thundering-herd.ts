import { type Experiment, observation } from '../experiment.ts'
import { containerState } from '../runner/containers.ts'
import { describeCodes, isOk } from '../runner/lane.ts'
import { Herd } from './support/herd.ts'

const herdSize = 1_000
const backWithinMs = 60_000

export const thunderingHerd: Experiment = {
  name: 'thundering-herd',
  title: 'Thundering herd',
  hypothesis: `${herdSize} clients that lose their connection at the same moment all come back by themselves, and nobody else notices that they do.`,
  affects: ['websocket'],

  async prepare(run) {
    const { wsEcho } = run.lab
    const herd = run.use(new Herd(wsEcho.client({ timeoutMs: 10_000 }), run.lane('reconnects'), herdSize))
    await herd.complete()
    let lostBefore = 0
    let lost = 0

    return {
      steady: [
        {
          that: 'all are connected',
          look: () => observation(herd.connected === herdSize, `${herd.connected} clients`),
        },
      ],
      fault: {
        what: `kill -9 ${wsEcho.service}`,
        run: async () => {
          lostBefore = herd.lost
          await wsEcho.kill()
        },
      },
      proof: {
        that: 'it has ended, and every client has lost its connection',
        withinMs: 20_000,
        look: async () => {
          const { Running, ExitCode } = await containerState(wsEcho)
          lost = herd.lost - lostBefore
          const saw = `running: ${Running}, exit code ${ExitCode}, ${lost} connections lost`
          return observation(!Running && lost === herdSize, saw)
        },
      },
      meanwhile: [
        {
          that: 'nobody comes through',
          look: () => {
            const calls = run.lane('reconnects').between(run.span('fault'))
            return observation(herd.connected === 0, `${calls.length} attempts: ${describeCodes(calls)}`)
          },
        },
      ],
      undo: { what: `start ${wsEcho.service} again`, run: () => wsEcho.start() },
      recovery: [
        {
          that: 'all come back',
          withinMs: backWithinMs,
          look: () => {
            const attempts = run.lane('reconnects').between({ from: run.span('undo').from, to: run.now() })
            const times = attempts.filter(isOk).map(({ at, ms }) => at + ms)
            const rush = Math.max(0, ...times) - Math.min(...times)
            const saw = `${herd.connected} connected within ${(rush / 1_000).toFixed(1)} s, ${attempts.length} attempts`
            return observation(herd.connected === herdSize, saw)
          },
        },
        {
          that: 'each of them is answered',
          look: async () => {
            const answered = await herd.askAll()
            return observation(answered === herdSize, `${answered} got their five replies`)
          },
        },
        {
          that: 'the clients of the other services did not notice the rush',
          look: () => {
            const others = ['rest', 'grpc', 'tcp'].map((name) =>
              run.lane(name).between({ from: run.span('undo').from, to: run.now() }),
            )
            return observation(others.flat().every(isOk), describeCodes(others.flat()))
          },
        },
      ],
    }
  },
}
