import { createHistoryClient, type HistoryClient } from '@polyservice-lab/clients'
import { type Experiment, observation, type Run } from '../experiment.ts'
import type { Direction } from '../proxy/index.ts'
import { describeCodes } from '../runner/lane.ts'
import { missing, readHistory } from './support/history.ts'

export const halfAFrame: Experiment = {
  name: 'half-a-frame',
  title: 'Half a frame',
  hypothesis:
    'A request that is cut off in the middle did not happen. An answer that is cut off in the middle did. The client sees the same error both times, and no whole message ever comes of half of one.',
  affects: [],

  async prepare(run) {
    const client = run.lab.tcpHistory.client()
    const requests = await appendThrough(run, 'server')
    const answers = await appendThrough(run, 'client')
    const both = [requests, answers]

    return {
      fault: {
        what: 'the first frame of each connection is cut in half: requests through one proxy, answers through the other',
        run: () => {
          for (const { proxy, towards } of both) proxy.setFaults([{ kind: 'cut', towards, message: 1 }])
        },
      },
      proof: {
        that: 'the logs of the proxies tell of frames that were cut',
        withinMs: 10_000,
        look: () => {
          const [up, down] = both.map(({ proxy }) => proxy.log.filter(({ kind }) => kind === 'cut').length)
          return observation(Boolean(up && down), `${up} requests and ${down} answers`)
        },
      },
      meanwhile: both.map(({ load }) => ({
        that: `${load.lane.name}: every call fails with unavailable`,
        withinMs: 5_000,
        look: () => {
          const calls = load.lane.between(run.span('fault'))
          const holds = calls.length > 0 && calls.every(({ code }) => code === 'unavailable')
          return observation(holds, describeCodes(calls))
        },
      })),
      undo: {
        what: 'whole frames again',
        run: () => {
          for (const { proxy } of both) proxy.clear()
        },
      },
      recovery: [
        {
          that: 'no request that was cut is in the history; every answer that was cut stands for one that is',
          look: async () => {
            for (const { load } of both) await load.stop()
            const kept = await readHistory(client)
            const neverThere = missing(requests.failed, kept).lost
            const lost = missing(answers.failed, kept).lost
            const saw = `requests: ${neverThere} of ${requests.failed.length} not there; answers: ${answers.failed.length - lost} of ${answers.failed.length} there`
            return observation(neverThere === requests.failed.length && lost === 0, saw)
          },
        },
        {
          that: 'nothing that was acknowledged is lost, and no message is there that nobody sent',
          look: async () => {
            const kept = await readHistory(client)
            const sent = both.flatMap(({ acknowledged, failed }) => [...acknowledged, ...failed])
            const { lost, twice } = missing(
              both.flatMap(({ acknowledged }) => acknowledged),
              kept,
            )
            const strangers = missing(kept, sent).lost
            const saw = `${kept.length} in the history: ${lost} lost, ${twice} twice, ${strangers} that nobody sent`
            return observation(lost === 0 && twice === 0 && strangers === 0, saw)
          },
        },
      ],
    }
  },
}

/** A load that appends through a proxy of its own, a connection for each message. */
async function appendThrough(run: Run, towards: Direction) {
  const proxy = await run.proxy('tcp', 'history')
  const client: HistoryClient = createHistoryClient(proxy)
  const acknowledged: string[] = []
  const failed: string[] = []
  const name = towards === 'server' ? 'requests' : 'answers'
  const load = run.load(name, 2, async () => {
    const message = crypto.randomUUID()
    try {
      await using session = await client.open()
      await session.append(message)
      acknowledged.push(message)
    } catch (error) {
      failed.push(message)
      throw error
    }
  })
  return { proxy, towards, load, acknowledged, failed }
}
