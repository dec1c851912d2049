import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Experiment, Phase } from '../experiment.ts'
import type { Outcome } from '../runner/experiment-run.ts'
import { type Call, describeCodes, isOk, type Lane, quantile } from '../runner/lane.ts'
import type { Span } from '../runner/timeline.ts'
import { describeMs } from './describe.ts'
import { drawTimeline } from './timeline-picture.ts'

/** What stands between them is written by runs, the rest by people. */
const marks = { begin: '<!-- measured: begin -->', end: '<!-- measured: end -->' } as const
const index = 'README.md'

/** Puts what a run has seen into the page of its experiment, and its picture beside it. */
export async function documentRun(folder: string, outcome: Outcome): Promise<void> {
  const { name } = outcome.experiment
  await writeFile(join(folder, 'pictures', `${name}.svg`), drawTimeline(outcome))
  await replaceMeasured(join(folder, `${name}.md`), describeRun(outcome))
}

/** Puts the list of all experiments into the index. */
export async function documentIndex(folder: string, experiments: readonly Experiment[]): Promise<void> {
  const rows = experiments.map(({ name, title, hypothesis }) => [`[${title}](${name}.md)`, hypothesis])
  await replaceMeasured(join(folder, index), table(['experiment', 'hypothesis'], rows))
}

async function replaceMeasured(path: string, text: string): Promise<void> {
  const page = await readFile(path, 'utf8')
  const [from, to] = [page.indexOf(marks.begin), page.indexOf(marks.end)]
  if (from === -1 || to < from)
    throw new Error(`${path} has no place for what was measured: ${marks.begin} … ${marks.end}`)
  await writeFile(path, `${page.slice(0, from)}${marks.begin}\n${text}\n${page.slice(to)}`)
}

function describeRun({ experiment, begun, size, verdict, timeline, lanes }: Outcome): string {
  const checks = timeline.checks.map(({ phase, that, saw, holds, isProof }) => [
    isProof ? 'proof' : phases[phase],
    that,
    saw,
    holds ? '✓' : '✗',
  ])
  const spans = (['steady', 'fault', 'recovery'] as const).flatMap((phase) =>
    timeline.spans.filter((span) => span.phase === phase),
  )
  const clients = lanes.map((lane) => [lane.name, ...spans.map((span) => describeLane(lane, span))])
  return [
    `> ${experiment.hypothesis}`,
    `![${experiment.title}: what each client saw](pictures/${experiment.name}.svg)`,
    `A ${size} run on ${begun.toISOString().slice(0, 10)}, ${cpus().length} processors, Node ${process.versions.node}: **${verdict}**.`,
    table(['when', 'what must hold', 'what was seen', ''], checks),
    table(['client', ...spans.map(({ phase }) => phases[phase])], clients),
  ].join('\n\n')
}

const phases: Readonly<Record<Phase, string>> = {
  prepare: 'set-up',
  steady: 'steady state',
  inject: 'injection',
  fault: 'fault',
  undo: 'undoing',
  recovery: 'recovery',
}

function describeLane(lane: Lane, span: Span): string {
  const calls: readonly Call[] = lane.between(span)
  const ok = calls.filter(isOk)
  return ok.length === 0
    ? describeCodes(calls)
    : `${describeCodes(calls)}; p50 ${describeMs(quantile(ok, 0.5))}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}
