import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { coreServiceNames } from '@polyservice-lab/contracts/services'
import { isInstalled } from '../load/tools.ts'
import type { Goal, Verdict } from '../measure/goals.ts'
import type { Profile } from '../profiles.ts'
import type { Result } from '../scenario.ts'
import { serverCore } from '../servers/cores.ts'
import { repositoryRoot } from '../servers/scratch.ts'

/** All of a run: report.json. */
export interface Report {
  readonly commit: string
  readonly date: string
  readonly machine: Readonly<Record<string, string>>
  readonly settings: Readonly<Record<string, string>>
  readonly results: readonly Result[]
  readonly verdicts: readonly Verdict[]
}

export const reportDirectory = join(repositoryRoot, 'bench/report')
export const reportFile = join(reportDirectory, 'report.json')

export function readGoals(): Goal[] {
  const goals = JSON.parse(readFileSync(join(repositoryRoot, 'bench/goals.json'), 'utf8')) as Goal[]
  return goals.flatMap((goal) => (goal.service === 'each' ? coreServiceNames.map(ofService(goal)) : [goal]))
}

/** A goal of every service, for one. */
const ofService =
  (goal: Goal) =>
  (service: string): Goal => ({
    ...goal,
    service,
    case: goal.case.replace('{service}', service),
    figure: goal.figure.replace('{service}', service),
  })

export function readReport(file = reportFile): Report {
  return JSON.parse(readFileSync(file, 'utf8')) as Report
}

/** The commit that was measured, and whether the tree was changed since. */
export function describeCommit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: repositoryRoot, encoding: 'utf8' }).trim()
    const changed = git('status', '--porcelain') === '' ? '' : ', with changes that are not committed'
    return git('rev-parse', '--short=12', 'HEAD') + changed
  } catch {
    return 'unknown (not a git tree)'
  }
}

export function describeMachine(): Record<string, string> {
  const gibibytes = Math.round(totalmem() / 2 ** 30)
  return {
    processor: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`,
    memory: `${gibibytes} GiB`,
    system: `${type()} ${release()}`,
    node: process.version,
  }
}

export function describeSettings(profile: Profile, seconds: number): Record<string, string> {
  return {
    profile: `${profile.name}: ${profile.rounds} rounds of ${profile.roundSeconds} s after ${profile.warmUpSeconds} s of warm-up`,
    cores:
      serverCore === undefined
        ? 'servers and load share them: the system pins no processes or has one core'
        : `servers on core ${serverCore}, load on core 0`,
    load: [
      isInstalled('wrk') ? 'wrk' : 'autocannon (wrk is not installed)',
      isInstalled('h2load') ? 'h2load' : 'node:http2 (h2load is not installed)',
      'own loops for TCP, WebSocket and all latencies',
    ].join(', '),
    took: `${Math.round(seconds)} s`,
  }
}

/** What a reader must not conclude. */
export const doesNotShow =
  `Load and servers are on one machine and speak over loopback: no network, no TLS, no loss, and system
calls that are cheaper than over a card. The services run on the host, from the bundles that their images hold and with the flags of their images, their log going
nowhere; in a container they may use more than the one core that they have here. The protocols do not do the same
work: REST checks a token and asks a database, gRPC logs each call, TCP writes to a log on disk, WebSocket keeps nothing, and its message
comes back five times. So the ratio to a floor of the same protocol says what a service adds to its protocol, and a comparison between
protocols says what these services cost, not what the protocols must. Rates are those of one core; where a server was not
busy, its rate is that of the load, and "speed" (operations for each second of its processor time) is to be believed. Floors parse no
more than node does. Percentiles of rounds this short hold few operations: p99 of a thousand is the tenth from the top.`.replaceAll(
    '\n',
    ' ',
  )
