import { createCourseClient } from '@polyservice-lab/clients'
import { type Experiment, observation } from '../experiment.ts'
import { describeCodes, isOk } from '../runner/lane.ts'

const resets = 5
const code = 'ENHANCE_YOUR_CALM'

export const resetOneStream: Experiment = {
  name: 'reset-one-stream',
  title: 'Reset one stream',
  hypothesis:
    'RST_STREAM ends one call, with a status that tells its reason. The calls beside it, on the same connection, do not notice: that is what streams are for.',
  affects: [],

  async prepare(run) {
    const proxy = await run.proxy('grpc', 'http2')
    const client = run.use(createCourseClient({ host: proxy.host, port: proxy.port }))
    const load = run.load('one connection', 6, () => client.getCourse('api-course'))
    const faults = () => proxy.log.filter(({ kind }) => kind === 'rst-stream').length
    // Those that had begun before count too: the first reset may be of one of them.
    const broken = () => load.lane.calls.filter(({ at, ms }) => at + ms >= run.span('inject').from)
    const reset = () =>
      proxy.setFaults([{ kind: 'rst-stream', towards: 'server', message: 1, code, times: 1 }])

    return {
      fault: {
        what: `RST_STREAM ${code} to ${resets} calls, one after the other, after their requests`,
        run: reset,
      },
      proof: {
        that: 'the log of the proxy tells of each',
        withinMs: 20_000,
        look: () => {
          const seen = faults()
          if (seen < resets && proxy.log.at(-1)?.what === 'fault') reset()
          return observation(seen === resets, `${seen} streams reset`)
        },
      },
      meanwhile: [
        {
          that: 'as many calls fail, with the status for that reason, and no other',
          look: () => {
            const failed = broken().filter((call) => !isOk(call))
            const holds =
              failed.length === resets && failed.every(({ error }) => error?.status === 'RESOURCE_EXHAUSTED')
            const statuses = new Set(failed.map(({ error }) => error?.status))
            return observation(holds, `${describeCodes(broken())}; ${[...statuses].join(', ')}`)
          },
        },
        {
          that: 'it was one connection all the time',
          look: () => {
            const opened = proxy.log.filter(({ what }) => what === 'open').length
            return observation(
              opened === 1 && proxy.connections === 1,
              `${opened} opened, ${proxy.connections} open`,
            )
          },
        },
      ],
      undo: { what: 'no more faults', run: () => proxy.clear() },
      recovery: [
        {
          that: 'no call fails any more',
          look: () => {
            const calls = load.lane.between(run.span('recovery'))
            return observation(calls.length > 0 && calls.every(isOk), describeCodes(calls))
          },
        },
      ],
    }
  },
}
