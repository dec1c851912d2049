import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Outcome } from '../runner/experiment-run.ts'
import { describeError } from './describe.ts'
import { junitXml } from './junit.ts'
import { drawTimeline } from './timeline-picture.ts'

/** Writes one run as NAME.json and NAME.svg. */
export async function writeRun(folder: string, outcome: Outcome): Promise<void> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, outcome.experiment.name)
  await writeFile(`${path}.json`, `${JSON.stringify(toJson(outcome), null, 1)}\n`)
  await writeFile(`${path}.svg`, drawTimeline(outcome))
}

/** Writes all runs as junit.xml. */
export async function writeJunit(folder: string, outcomes: readonly Outcome[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'junit.xml'), junitXml(outcomes))
}

/** Times are in ms since the run began; a call is [begun, duration, code, what the protocol itself said]. */
function toJson({ experiment, size, begun, durationMs, verdict, error, timeline, lanes }: Outcome): unknown {
  const { name, title, hypothesis, affects } = experiment
  const round = (ms: number) => Math.round(ms * 100) / 100
  return {
    name,
    title,
    hypothesis,
    affects,
    verdict,
    ...(error === undefined ? {} : { error: describeError(error) }),
    size,
    begun: begun.toISOString(),
    durationMs: round(durationMs),
    machine: { node: process.version, cpus: cpus().length, platform: process.platform, arch: process.arch },
    phases: timeline.spans.map(({ phase, from, to }) => ({ phase, from: round(from), to: round(to) })),
    events: timeline.events.map((event) => ({ ...event, at: round(event.at) })),
    checks: timeline.checks,
    clients: lanes.map((lane) => ({
      name: lane.name,
      calls: lane.calls.map(({ at, ms, code, error: failure }) =>
        [round(at), round(ms), code, failure?.status].filter((value) => value !== undefined),
      ),
    })),
  }
}
