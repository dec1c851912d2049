import { stripVTControlCharacters, styleText } from 'node:util'
import type { Experiment } from '../experiment.ts'
import type { Outcome, Verdict } from '../runner/experiment-run.ts'
import { type Call, clientNames, describeCodes, isOk, type Lane, quantile } from '../runner/lane.ts'
import type { TimelineEvent } from '../runner/timeline.ts'
import { describeError, describeMs } from './describe.ts'
import { failureMark, sparkline } from './sparkline.ts'

/** How often the clients are told of, in ms, and in how many slices. */
const sliceMs = 1_000
const sliceColumns = 8
const panelColumns = 60
const codeColumns = 17

const colours: Readonly<Record<Verdict, Parameters<typeof styleText>[0]>> = {
  holds: ['bold', 'green'],
  'does not hold': ['bold', 'red'],
  'proves nothing': ['bold', 'yellow'],
  interrupted: ['bold', 'yellow'],
  failed: ['bold', 'red'],
}

const icons: Readonly<Record<TimelineEvent['kind'], string>> = {
  phase: '──',
  fault: '⚡',
  proof: '',
  undo: '↺ ',
  check: '',
  note: '· ',
}

/** Tells of runs in lines of text while they happen. */
export class TerminalReporter {
  readonly #write: (text: string) => void
  readonly #isColoured: boolean
  #timer: NodeJS.Timeout | undefined

  constructor(write: (text: string) => void, { isColoured = true } = {}) {
    this.#write = write
    this.#isColoured = isColoured
  }

  begin({ title, hypothesis }: Experiment): void {
    this.#line(`\n  ${styleText('bold', title)}\n  ${styleText('dim', hypothesis)}\n`)
    const names = clientNames.map((name) => name.padEnd(sliceColumns + codeColumns))
    this.#line(styleText('dim', `${' '.repeat(12)}${names.join('')}`))
  }

  /** Begins to tell of the clients, every second. */
  watch(lanes: readonly Lane[], now: () => number): void {
    let told = 0
    this.#timer = setInterval(() => {
      const to = told + sliceMs
      if (now() < to) return
      this.#line(`${clock(to)}  ${styleText('dim', slices(lanes, told, to))}`)
      told = to
    }, sliceMs / 20)
  }

  event({ at, kind, text, holds }: TimelineEvent): void {
    const mark = holds === undefined ? icons[kind] : holds ? styleText('green', '✓ ') : styleText('red', '✗ ')
    const line = kind === 'proof' ? `proof: ${text}` : text
    const isLoud = kind === 'fault' || kind === 'undo' || kind === 'phase'
    this.#line(`${clock(at)}  ${mark} ${isLoud ? styleText('bold', line) : line}`)
  }

  end({ verdict, error, lanes, durationMs }: Outcome): void {
    clearInterval(this.#timer)
    const columns = panelColumns
    this.#line('')
    for (const { name, calls } of lanes) {
      const line = paint(sparkline(calls, 0, durationMs, columns))
      const ok = calls.filter(isOk)
      const times = ok.length === 0 ? '' : `, p50 ${describeMs(quantile(ok, 0.5))}`
      this.#line(`  ${name.padEnd(16)} ${line}  ${describeCodes(calls)}${times}`)
    }
    if (error !== undefined) this.#line(`\n  ${describeError(error)}`)
    this.#line(
      `\n  ${styleText(colours[verdict], verdictText[verdict])} (${(durationMs / 1000).toFixed(1)} s)\n`,
    )
  }

  #line(text: string): void {
    this.#write(`${this.#isColoured ? text : stripVTControlCharacters(text)}\n`)
  }
}

const verdictText: Readonly<Record<Verdict, string>> = {
  holds: 'the hypothesis holds',
  'does not hold': 'the hypothesis does not hold',
  'proves nothing': 'this run proves nothing: see the check that failed',
  interrupted: 'interrupted; nothing stays broken',
  failed: 'the run failed',
}

const clock = (ms: number) => `${(ms / 1000).toFixed(1).padStart(7)} s`

function slices(lanes: readonly Lane[], from: number, to: number): string {
  return lanes
    .slice(0, clientNames.length)
    .map((lane) => {
      const calls = lane.between({ from, to })
      const line = sparkline(calls, from, to, sliceColumns)
      return `${paint(line)} ${failures(calls).padEnd(codeColumns - 1)}`
    })
    .join('')
}

/** The code that most calls failed with. */
function failures(calls: readonly Call[]): string {
  const counts = Map.groupBy(
    calls.filter((call) => !isOk(call)),
    ({ code }) => code,
  )
  const [most] = [...counts].sort(([, a], [, b]) => b.length - a.length)
  return most === undefined ? '' : `${most[1].length} ${most[0]}`.slice(0, codeColumns - 2)
}

function paint(line: string): string {
  return line.replaceAll(new RegExp(`${failureMark}+`, 'g'), (marks) => styleText('red', marks))
}
