import { openChannels, record } from '../../load/channels.ts'
import { runClosedLoop } from '../../load/closed-loop.ts'
import { figure, median } from '../../measure/statistics.ts'
import type { ProfileName } from '../../profiles.ts'
import type { Bench, Case, Figures, Scenario } from '../../scenario.ts'
import { echoWorkload, startEcho } from './workload.ts'

/** Opens connections that say nothing, looks at the memory, then lets 16 of them speak. */
async function run(connections: number, bench: Bench): Promise<Figures> {
  await using server = await startEcho()
  const workload = echoWorkload('hello')
  const recording = await record(workload, server.port)
  const before = await server.usage()
  const { promise: failed, reject } = Promise.withResolvers<never>()
  failed.catch(() => {})
  bench.progress(`opens ${connections} connections`)
  const channels = await openChannels(workload, server.port, recording, { connections }, reject)
  try {
    const usage = await server.usage()
    const figures: Figures = {}
    if (usage !== undefined && before !== undefined) {
      figures['subject.memory'] = figure('MiB', [usage.rssBytes / 2 ** 20])
      figures['subject.memoryPerConnection'] = figure('KiB', [
        (usage.rssBytes - before.rssBytes) / 1024 / connections,
      ])
    }
    const speaking = channels.slice(0, 16)
    const rounds = []
    await runClosedLoop(speaking, { seconds: bench.profile.warmUpSeconds / 2 }, failed)
    for (let round = 1; round <= 3; round++) {
      const start = await server.usage()
      const { operations, seconds } = await runClosedLoop(
        speaking,
        { seconds: bench.profile.roundSeconds / 2 },
        failed,
      )
      const end = await server.usage()
      const cpu = ((end?.cpuSeconds ?? Number.NaN) - (start?.cpuSeconds ?? Number.NaN)) / operations
      rounds.push({ rate: operations / seconds, cpu: cpu * 10_000 })
    }
    figures['subject.rate'] = figure(
      'op/s',
      rounds.map(({ rate }) => rate),
    )
    if (!Number.isNaN(median(rounds.map(({ cpu }) => cpu))))
      figures['subject.cpu'] = figure(
        's/10k',
        rounds.map(({ cpu }) => cpu),
      )
    return figures
  } finally {
    for (const channel of channels) channel.close()
  }
}

const atConnections = (connections: number, profile: ProfileName): Case => ({
  name: `${connections.toLocaleString('en')} connections`,
  protocol: 'WebSocket',
  operation: 'open connections, say nothing; then one message and its five replies on at most 16 of them',
  parameters: { connections },
  profile,
  run: (bench) => run(connections, bench),
})

export const connections: Scenario = {
  name: 'connections',
  title: 'What connections cost that say nothing',
  view: 'growth',
  cases: [1, 10, 100, 1_000]
    .map((count) => atConnections(count, 'full'))
    .concat(atConnections(10_000, 'short')),
}
