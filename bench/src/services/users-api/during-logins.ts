import { openChannels, record } from '../../load/channels.ts'
import { runClosedLoop } from '../../load/closed-loop.ts'
import { httpWorkload } from '../../load/http-workload.ts'
import { runOpenLoop } from '../../load/open-loop.ts'
import type { Workload } from '../../load/workload.ts'
import { latencyFigures } from '../../measure/latency.ts'
import { figure } from '../../measure/statistics.ts'
import type { Bench, Figures, Scenario } from '../../scenario.ts'
import { startUsersApi } from './account.ts'

/** Requests a second for /users/me: far below what the service can do, so that only the logins are in the way. */
const rate = 1_000
const logins = 4

/** Measures /users/me in open loop, in turns without and with logins in flight. */
async function run(bench: Bench): Promise<Figures> {
  const lab = await startUsersApi()
  await using server = lab.server
  using stack = new DisposableStack()
  const { promise: failed, reject } = Promise.withResolvers<never>()
  failed.catch(() => {})
  const open = async (workload: Workload, connections: number) => {
    const recording = await record(workload, server.port)
    const channels = await openChannels(workload, server.port, recording, { connections }, reject)
    stack.defer(() => {
      for (const channel of channels) channel.close()
    })
    return channels
  }
  const meChannels = await open(httpWorkload(lab.get('/users/me')), 16)
  const loginChannels = await open(httpWorkload(lab.login()), logins)
  const seconds = bench.profile.roundSeconds
  await runOpenLoop(meChannels, { rate, seconds }, failed)

  const alone: Float64Array[] = []
  const during: Float64Array[] = []
  const loginRates: number[] = []
  for (let round = 1; round <= bench.profile.rounds; round++) {
    bench.progress(`round ${round} of ${bench.profile.rounds}`)
    alone.push(await runOpenLoop(meChannels, { rate, seconds }, failed))
    const [latencies, { operations, seconds: taken }] = await Promise.all([
      runOpenLoop(meChannels, { rate, seconds }, failed),
      runClosedLoop(loginChannels, { seconds }, failed),
    ])
    during.push(latencies)
    loginRates.push(operations / taken)
  }
  return {
    offeredRate: figure('op/s', [rate]),
    'logins.rate': figure('op/s', loginRates),
    ...latencyFigures('subject', during),
    ...latencyFigures('alone', alone),
  }
}

export const duringLogins: Scenario = {
  name: 'during-logins',
  title: 'Do logins hold up the others?',
  view: 'ratios',
  cases: [
    {
      name: `${logins} logins in flight`,
      protocol: 'REST',
      operation: `GET /api/v1/users/me, ${rate} a second, while ${logins} logins are being checked; "alone" is without them`,
      parameters: { logins },
      profile: 'short',
      run,
    },
  ],
}
