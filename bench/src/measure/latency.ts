import { openChannels } from '../load/channels.ts'
import { runOpenLoop } from '../load/open-loop.ts'
import { roundsOf } from '../profiles.ts'
import type { Figures } from '../scenario.ts'
import type { Setting } from './comparison.ts'
import { figure, pairedRatio, percentile } from './statistics.ts'

const percents = [50, 95, 99] as const

/** Percentiles of latency by name, in ms, one value per round. */
export function latencyFigures(prefix: string, rounds: readonly Float64Array[]): Figures {
  return Object.fromEntries(
    percents.map((percent) => [
      `${prefix}.p${percent}`,
      figure(
        'ms',
        rounds.map((latencies) => percentile(latencies, percent)),
      ),
    ]),
  )
}

/** Measures service and floor in open loop, interleaved, both at the same rate, which both can do. */
export async function measureLatency(setting: Setting, throughput: Figures): Promise<Figures> {
  const { options, targets, workload, bench } = setting
  const measured = targets.filter(({ role }) => role !== 'original')
  const slowest = Math.min(...measured.map(({ role }) => throughput[`${role}.rate`]?.median ?? 0))
  const rate = slowest * (options.latencyAt ?? 0)
  const { roundSeconds } = bench.profile
  const rounds = roundsOf(bench.profile, options.roundsMax)

  using stack = new DisposableStack()
  const { promise: failed, reject } = Promise.withResolvers<never>()
  failed.catch(() => {})
  const runs = []
  for (const { role, server, recording } of measured) {
    const channels = await openChannels(workload, server.port, recording, options.concurrency, reject)
    stack.defer(() => {
      for (const channel of channels) channel.close()
    })
    await runOpenLoop(channels, { rate, seconds: roundSeconds }, failed)
    runs.push({ role, channels, latencies: [] as Float64Array[] })
  }
  for (let round = 1; round <= rounds; round++)
    for (const { role, channels, latencies } of runs) {
      bench.progress(`latency, round ${round} of ${rounds}: ${role}`)
      latencies.push(await runOpenLoop(channels, { rate, seconds: roundSeconds }, failed))
    }

  const figures: Figures = { offeredRate: figure('op/s', [rate]) }
  for (const { role, latencies } of runs) Object.assign(figures, latencyFigures(role, latencies))
  const [subject, floor] = [figures['subject.p99'], figures['floor.p99']]
  if (subject !== undefined && floor !== undefined)
    figures['p99/floor'] = pairedRatio(subject.values, floor.values)
  return figures
}
