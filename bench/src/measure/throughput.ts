import { openLoad } from '../load/load.ts'
import { roundsOf } from '../profiles.ts'
import type { Figures } from '../scenario.ts'
import { readLoadCpuSeconds } from '../servers/usage.ts'
import type { Role, Setting, Target } from './comparison.ts'
import { figure, median, pairedRatio } from './statistics.ts'

/** What one server did in one round. */
interface Sample {
  /** Operations a second. */
  readonly rate: number
  /** Processor seconds of the server for 10,000 operations. */
  readonly cpu?: number
  /** Share of the time that the server ran, and that it could have run but others had its core. */
  readonly serverBusy?: number
  readonly serverDelayed?: number
  /** Share of a core that the load took. */
  readonly loadBusy: number
}

/** How long a sample is; calls where the comparison is made of batches. */
interface Limit {
  readonly seconds: number
  readonly calls?: number
}

/** At most so many calls warm up a server whose work grows with each. */
const warmUpCalls = 400

/** Below this share of its core, the load and not the server may have set the rate. */
const busyMin = 0.9

/** Above this share of the time, other processes have disturbed the server. */
const delayedMax = 0.1

/** Measures all servers in closed loop, interleaved, after a warm-up of each. */
export async function measureThroughput(setting: Setting): Promise<Figures> {
  const { targets, bench, options } = setting
  for (const target of targets) {
    bench.progress(`warms up ${target.role}`)
    await sample(setting, target, { seconds: bench.profile.warmUpSeconds, calls: warmUpCalls })
  }
  const samples = new Map<Role, Sample[]>(targets.map(({ role }) => [role, []]))
  const rounds = roundsOf(bench.profile, options.roundsMax)
  for (let round = 1; round <= rounds; round++)
    for (const target of targets) {
      bench.progress(`round ${round} of ${rounds}: ${target.role}`)
      samples.get(target.role)?.push(await sample(setting, target, { seconds: bench.profile.roundSeconds }))
    }
  noteLimits(setting, samples)
  return figuresOf(samples)
}

async function sample({ options, workload }: Setting, target: Target, limit: Limit): Promise<Sample> {
  const { batch, concurrency } = options
  const total = { operations: 0, seconds: 0, serverCpu: 0, serverDelay: 0, loadCpu: 0 }
  for (let i = 0; i < (batch?.count ?? 1); i++) {
    await batch?.before?.(target)
    using load = await openLoad(
      workload,
      target.recording,
      target.server.port,
      concurrency,
      batch !== undefined,
    )
    const [usage, loadCpu] = [await target.server.usage(), await readLoadCpuSeconds()]
    const done = await load.run(
      batch === undefined
        ? { seconds: limit.seconds }
        : { calls: Math.min(batch.calls, limit.calls ?? batch.calls) },
    )
    const after = await target.server.usage()
    total.loadCpu += (await readLoadCpuSeconds()) - loadCpu
    total.serverCpu += (after?.cpuSeconds ?? Number.NaN) - (usage?.cpuSeconds ?? Number.NaN)
    total.serverDelay += (after?.delaySeconds ?? 0) - (usage?.delaySeconds ?? 0)
    total.operations += done.operations * (workload.kind === 'raw' ? (workload.operations ?? 1) : 1)
    total.seconds += done.seconds
  }
  if (total.operations === 0) throw new Error(`${target.role} answered nothing in a round`)
  const rates = { rate: total.operations / total.seconds, loadBusy: total.loadCpu / total.seconds }
  if (Number.isNaN(total.serverCpu)) return rates
  return {
    ...rates,
    cpu: (total.serverCpu / total.operations) * 10_000,
    serverBusy: total.serverCpu / total.seconds,
    serverDelayed: total.serverDelay / total.seconds,
  }
}

function figuresOf(samples: ReadonlyMap<Role, readonly Sample[]>): Figures {
  const figures: Figures = {}
  const of = (role: Role, key: keyof Sample) => (samples.get(role) ?? []).map((one) => one[key] ?? Number.NaN)
  const known = (values: readonly number[]) => values.length > 0 && !values.some(Number.isNaN)
  for (const role of samples.keys()) {
    figures[`${role}.rate`] = figure('op/s', of(role, 'rate'))
    figures[`${role}.loadBusy`] = figure('core', of(role, 'loadBusy'))
    if (!known(of(role, 'cpu'))) continue
    figures[`${role}.cpu`] = figure('s/10k', of(role, 'cpu'))
    figures[`${role}.busy`] = figure('core', of(role, 'serverBusy'))
  }
  for (const other of ['floor', 'original'] as const) {
    if (!samples.has(other)) continue
    const rate = pairedRatio(of('subject', 'rate'), of(other, 'rate'))
    figures[`rate/${other}`] = rate
    const cpuKnown = known(of('subject', 'cpu')) && known(of(other, 'cpu'))
    if (cpuKnown) figures[`cpu/${other}`] = pairedRatio(of('subject', 'cpu'), of(other, 'cpu'))
    // Operations for each second of processor time: the rate of a server whose core is all busy, whatever the load can do.
    figures[`speed/${other}`] = cpuKnown ? pairedRatio(of(other, 'cpu'), of('subject', 'cpu')) : rate
  }
  return figures
}

/** Says where a rate is not that of the server alone. */
function noteLimits({ bench }: Setting, samples: ReadonlyMap<Role, readonly Sample[]>): void {
  const shares = [...samples].map(([role, rounds]) => ({
    role,
    busy: median(rounds.map(({ serverBusy }) => serverBusy ?? 1)),
    delayed: median(rounds.map(({ serverDelayed }) => serverDelayed ?? 0)),
  }))
  const disturbed = shares.filter(({ delayed }) => delayed > delayedMax)
  const idle = shares.filter(({ busy, delayed }) => busy + delayed < busyMin)
  const list = (of: typeof shares, key: 'busy' | 'delayed') =>
    of.map((share) => `${share.role} ${Math.round(share[key] * 100)} %`).join(', ')
  if (disturbed.length > 0)
    bench.note(
      `disturbed: other work had the core while it was wanted by ${list(disturbed, 'delayed')} of the time`,
    )
  if (idle.length > 0)
    bench.note(
      `limited: the load or the operation set the rate, so believe speed and CPU; busy were ${list(idle, 'busy')}`,
    )
}
