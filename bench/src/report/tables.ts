import { coreServiceNames } from '@polyservice-lab/contracts/services'
import { asked, type Verdict } from '../measure/goals.ts'
import type { Figure } from '../measure/statistics.ts'
import type { Result, Scenario } from '../scenario.ts'
import type { Report } from './report.ts'

/** A table of the report, the same on a terminal, in Markdown and in HTML. */
export interface Table {
  readonly title: string
  readonly scenario?: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly notes: readonly string[]
}

/** Three digits that count, thousands apart. */
export function number(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)))
}

/** The median, and its spread where there was more than one round. */
export function spread(figure: Figure | undefined): string {
  if (figure === undefined) return '–'
  if (figure.values.length < 2) return number(figure.median)
  return `${number(figure.median)} (${number(figure.min)}..${number(figure.max)})`
}

const outcomes: Readonly<Record<Verdict['outcome'], string>> = { met: '✓', short: '✗', unknown: '?' }

export function goalTable(verdicts: readonly Verdict[]): Table {
  const measured = verdicts.filter(({ outcome }) => outcome !== 'unknown')
  const unknown = verdicts.length - measured.length
  return {
    title: 'Goals',
    head: ['', 'service', 'goal', 'asked', 'measured'],
    rows: measured.map(({ goal, outcome, figure }) => [
      outcomes[outcome],
      goal.service,
      goal.goal,
      asked(goal),
      figure === undefined ? 'failed' : spread(figure),
    ]),
    notes: unknown === 0 ? [] : [`${unknown} goals were not measured in this run`],
  }
}

/** What the load costs beside what it measures: the proof that it is not the load that is measured. */
export function loadTable({ results }: Report): Table {
  const measured = results.filter(({ figures }) => figures['floor.busy'] !== undefined)
  const perOperation = (busy: Figure | undefined, rate: Figure | undefined) =>
    busy === undefined || rate === undefined ? '–' : number((busy.median / rate.median) * 10_000)
  return {
    title: 'Processor time of load and server',
    head: [
      'protocol',
      'case',
      'load: s per 10,000',
      'floor: s per 10,000',
      'service: s per 10,000',
      'floor busy',
      'service busy',
    ],
    rows: measured.map(({ scenario, name, protocol, figures }) => [
      protocol,
      `${scenario}: ${name}`,
      perOperation(figures['floor.loadBusy'], figures['floor.rate']),
      spread(figures['floor.cpu']),
      spread(figures['subject.cpu']),
      share(figures['floor.busy']),
      share(figures['subject.busy']),
    ]),
    notes: [],
  }
}

const share = (figure: Figure | undefined) =>
  figure === undefined ? '–' : `${Math.round(figure.median * 100)} %`

interface Column {
  readonly title: string
  readonly figure: string
}

const columns: readonly Column[] = [
  { title: 'op/s', figure: 'subject.rate' },
  { title: 'speed / floor', figure: 'speed/floor' },
  { title: 'rate / floor', figure: 'rate/floor' },
  { title: 'speed / original', figure: 'speed/original' },
  { title: 'rate / original', figure: 'rate/original' },
  { title: 'CPU s per 10,000', figure: 'subject.cpu' },
  { title: 'of the floor', figure: 'floor.cpu' },
  { title: 'of the original', figure: 'original.cpu' },
  { title: 'POST p95 ms', figure: 'post.p95' },
  { title: 'p50 ms', figure: 'subject.p50' },
  { title: 'p95 ms', figure: 'subject.p95' },
  { title: 'p99 ms', figure: 'subject.p99' },
  { title: 'p99 of the floor', figure: 'floor.p99' },
  { title: 'p99 alone', figure: 'alone.p99' },
  { title: 'memory MiB', figure: 'subject.memory' },
  { title: 'peak MiB', figure: 'subject.memoryPeak' },
  { title: 'KiB per connection', figure: 'subject.memoryPerConnection' },
  { title: 'bytes up', figure: 'subject.bytesToServer' },
  { title: 'bytes down', figure: 'subject.bytesFromServer' },
]

/** The cases of a scenario, with the figures that any of them has. */
function comparisonTable({ name, title }: Scenario, results: readonly Result[]): Table {
  const used = columns.filter(({ figure }) => results.some(({ figures }) => figures[figure] !== undefined))
  return {
    title,
    scenario: name,
    head: ['protocol', 'case', ...used.map((column) => column.title)],
    rows: results.map((result) => [
      result.protocol,
      result.name,
      ...used.map(({ figure }) => spread(result.figures[figure])),
    ]),
    notes: notesOf(results),
  }
}

const containerColumns: readonly Column[] = [
  { title: 'ready ms', figure: 'ready' },
  { title: 'ready / floor', figure: 'ready/floor' },
  { title: 'drain ms', figure: 'drain' },
  { title: 'idle MiB', figure: 'memory' },
  { title: 'image MiB', figure: 'whole' },
  { title: 'of its own MiB', figure: 'own' },
]

/** The figures of containers and images are named after the service: one row each. */
function containerTable({ name, title }: Scenario, results: readonly Result[]): Table {
  const figures = Object.assign({}, ...results.map((result) => result.figures)) as Record<string, Figure>
  const used = containerColumns.filter(({ figure }) =>
    coreServiceNames.some((service) => figures[`${service}.${figure}`]),
  )
  return {
    title,
    scenario: name,
    head: ['container', ...used.map((column) => column.title)],
    rows: [...coreServiceNames, 'floor'].flatMap((service) => {
      const cells = used.map(({ figure }) => spread(figures[`${service}.${figure}`]))
      return cells.every((cell) => cell === '–') ? [] : [[service, ...cells]]
    }),
    notes: notesOf(results),
  }
}

function notesOf(results: readonly Result[]): string[] {
  return results.flatMap(({ protocol, name, notes }) => notes.map((note) => `${protocol}, ${name}: ${note}`))
}

/** A table for each scenario that was run. */
export function scenarioTables(scenarios: readonly Scenario[], report: Report): Table[] {
  return scenarios.flatMap((scenario) => {
    const results = report.results.filter((result) => result.scenario === scenario.name)
    if (results.length === 0) return []
    return [
      scenario.view === 'containers' ? containerTable(scenario, results) : comparisonTable(scenario, results),
    ]
  })
}
