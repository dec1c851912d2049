import { record, wireBytes } from '../load/channels.ts'
import type { Concurrency, Recording, Workload } from '../load/workload.ts'
import type { ProfileName } from '../profiles.ts'
import type { Bench, Case, Figures, Protocol } from '../scenario.ts'
import { type FloorName, startFloor } from '../servers/floor.ts'
import type { Server } from '../servers/server-process.ts'
import { measureLatency } from './latency.ts'
import { figure } from './statistics.ts'
import { measureThroughput } from './throughput.ts'

/** The servers that are compared: the service, the bare server, and what the service replaces. */
export type Role = 'subject' | 'floor' | 'original'

export interface Target {
  readonly role: Role
  readonly server: Server
  /** What it answers; an original may answer in other words. */
  readonly recording: Recording
}

export interface ComparisonOptions {
  readonly name: string
  readonly protocol: Protocol
  /** What one operation is, for a reader. */
  readonly operation: string
  readonly parameters?: Readonly<Record<string, string | number>>
  readonly profile: ProfileName
  /** Starts the service, with what the operation needs in it, and says what the operation is. */
  readonly subject: () => Promise<{ readonly server: Server; readonly workload: Workload }>
  /** The bare server that answers the same bytes, or starts one that works for its answer. */
  readonly floor?: FloorName | (() => Promise<Server>)
  /** Starts the server that the service replaces; a sentence where it cannot be. */
  readonly original?: () => Promise<Server | string>
  readonly concurrency: Concurrency
  /** At most so many rounds, where one takes long. */
  readonly roundsMax?: number
  /** Where the work grows with each call, a round is a number of calls rather than a time. */
  readonly batch?: Batch
  /** Whether the latency is measured too, and at what share of the throughput of the slower of service and floor. */
  readonly latencyAt?: number
}

export interface Batch {
  readonly calls: number
  /** How many batches make a round. */
  readonly count: number
  /** Puts a server back before each batch. */
  before?(target: Target): Promise<void>
}

/** A comparison whose servers run. */
export interface Setting {
  readonly options: ComparisonOptions
  readonly workload: Workload
  readonly targets: readonly Target[]
  readonly bench: Bench
}

/**
 * A case that compares a service with its floor and its original: all under the same load, in the same run, one after
 * the other in each round (A B C A B C), so that what disturbs the machine disturbs all.
 */
export function comparison(options: ComparisonOptions): Case {
  const { name, protocol, operation, parameters = {}, profile } = options
  return { name, protocol, operation, parameters, profile, run: (bench) => compare(options, bench) }
}

async function compare(options: ComparisonOptions, bench: Bench): Promise<Figures> {
  await using stack = new AsyncDisposableStack()
  bench.progress('starts the servers')
  const { server, workload } = await options.subject()
  stack.use(server)
  const recording = await record(workload, server.port)
  const targets: Target[] = [{ role: 'subject', server, recording }]
  const add = async (role: Role, other: Server) => {
    stack.use(other)
    targets.push({ role, server: other, recording: await record(workload, other.port) })
  }
  const { floor } = options
  if (typeof floor === 'string') await add('floor', await startFloor(floor, workload, recording))
  else if (floor !== undefined) await add('floor', await floor())
  const original = await options.original?.()
  if (typeof original === 'string') bench.note(original)
  else if (original !== undefined) await add('original', original)

  const setting: Setting = { options, workload, targets, bench }
  const throughput = await measureThroughput(setting)
  const latency = options.latencyAt === undefined ? {} : await measureLatency(setting, throughput)
  const bytes = await wireBytes(workload, server.port, recording)
  return {
    ...throughput,
    ...latency,
    ...(await memory(targets)),
    'subject.bytesToServer': figure('B', [bytes.out]),
    'subject.bytesFromServer': figure('B', [bytes.in]),
  }
}

async function memory(targets: readonly Target[]): Promise<Figures> {
  const figures: Figures = {}
  for (const { role, server } of targets) {
    const usage = await server.usage()
    if (usage === undefined) continue
    figures[`${role}.memory`] = figure('MiB', [usage.rssBytes / 2 ** 20])
    figures[`${role}.memoryPeak`] = figure('MiB', [usage.rssPeakBytes / 2 ** 20])
  }
  return figures
}
