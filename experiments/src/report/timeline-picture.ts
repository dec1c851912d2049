import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import type { Phase } from '../experiment.ts'
import type { Outcome, Verdict } from '../runner/experiment-run.ts'
import { type Call, describeCodes, isOk, type Lane, quantile } from '../runner/lane.ts'
import type { CheckResult, TimelineEvent } from '../runner/timeline.ts'
import { describeMs } from './describe.ts'
import { escapeXml, withoutControls } from './xml.ts'

const { document } = parseHTML('<!doctype html><html><body></body></html>')

/** Readable on light and on dark. */
const colours = { good: '#2e9e4f', bad: '#d6404a', warn: '#b7860b', soft: '#7d8590' } as const
const laneColours: Readonly<Record<string, string>> = {
  rest: '#3b82c4',
  grpc: '#d9822b',
  tcp: '#3f9b62',
  websocket: '#a060c0',
}
const phases: Readonly<Record<Phase, { fill: string; label: string }>> = {
  prepare: { fill: 'none', label: 'set-up' },
  steady: { fill: colours.soft, label: 'steady state' },
  inject: { fill: colours.warn, label: '' },
  fault: { fill: colours.bad, label: 'fault' },
  undo: { fill: colours.warn, label: '' },
  recovery: { fill: colours.good, label: 'recovery' },
}
const verdictColours: Readonly<Record<Verdict, string>> = {
  holds: colours.good,
  'does not hold': colours.bad,
  'proves nothing': colours.warn,
  interrupted: colours.warn,
  failed: colours.bad,
}
/** The picture brings its paper along, so that nobody's page decides how it is read. */
const paper = `<style>
  .run { color: #1f2328; background: #fff }
  .run text, .run tspan { white-space: pre }
  @media (prefers-color-scheme: dark) { .run { color: #e6edf3; background: #0d1117 } }
</style>`

const size = { width: 1_000, left: 150, right: 190, lane: 92, line: 17, flag: 19 } as const
/** The lowest and the highest latency that is drawn, in ms. */
const latencies = [0.5, 10_000] as const
/** A call that takes longer than this is drawn with its duration. */
const longMs = 100
/** Calls closer to each other than this are drawn once: the width of a dot, and a step of the latency. */
const grain = { columns: 400, steps: 12 } as const

/** The run as one SVG: what was done, what each client saw, and what every check came to. */
export function drawTimeline(outcome: Outcome): string {
  const { experiment, durationMs, timeline, lanes, verdict } = outcome
  const proof = timeline.checks.find(({ isProof }) => isProof)?.that ?? ''
  const flags = timeline.events
    .filter(({ kind }) => kind === 'fault' || kind === 'proof' || kind === 'undo')
    .map((event) => (event.kind === 'proof' ? { ...event, text: proof } : event))
  const hypothesis = wrap(experiment.hypothesis, 140)
  const checks = timeline.checks.flatMap(describeCheck)
  const marginTop = 62 + hypothesis.length * size.line + flags.length * size.flag
  const marginBottom = 70 + checks.length * size.line
  const first = { fy: () => lanes[0]?.name, frameAnchor: 'top-left', textAnchor: 'start' } as const
  const last = { fy: () => lanes.at(-1)?.name, frameAnchor: 'bottom-left', textAnchor: 'start' } as const
  const spans = timeline.spans.map((span) => ({ ...span, ...phases[span.phase] }))

  const svg = Plot.plot({
    document,
    className: 'run',
    width: size.width,
    height: marginTop + lanes.length * size.lane + marginBottom,
    marginTop,
    marginBottom,
    marginLeft: size.left,
    marginRight: size.right,
    style: { fontSize: '12px', fontFamily: "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif" },
    x: { domain: [0, durationMs], label: null, tickFormat: (ms: number) => `${ms / 1_000} s`, ticks: 12 },
    y: { type: 'log', domain: latencies, clamp: true, label: null, ticks: [1, 10, 100, 1_000] },
    fy: { domain: lanes.map(({ name }) => name), padding: 0.14, axis: null },
    marks: [
      Plot.rect(spans, { x1: 'from', x2: 'to', fill: 'fill', fillOpacity: 0.13 }),
      Plot.gridY({ ticks: [1, 10, 100, 1_000], strokeDasharray: '2 4' }),
      Plot.axisY({ ticks: [1, 10, 100, 1_000], tickSize: 0, tickFormat: describeTick, fontSize: 10 }),
      Plot.frame({ strokeOpacity: 0.25 }),
      Plot.text(
        spans.filter(({ from, to, label }) => (to - from) / durationMs > label.length / 90),
        { ...last, x: ({ from, to }) => (from + to) / 2, textAnchor: 'middle', text: 'label', dy: 38 },
      ),
      ...flags.flatMap((flag, row) => drawFlag(flag, row - flags.length, durationMs, first)),
      ...lanes.flatMap((lane) => drawLane(lane, durationMs)),
      writing([experiment.title], { ...first, dy: 22 - marginTop, fontSize: 22, fontWeight: 700 }),
      writing([verdict], {
        ...first,
        frameAnchor: 'top-right',
        textAnchor: 'end',
        dx: size.right - 10,
        dy: 22 - marginTop,
        fontSize: 16,
        fontWeight: 700,
        fill: verdictColours[verdict],
      }),
      writing([hypothesis.join('\n')], {
        ...first,
        lineHeight: 1.4,
        dy: 44 - marginTop,
        lineAnchor: 'top',
        fill: colours.soft,
      }),
      ...checks.map(({ line, ...style }, i) =>
        writing([line], { ...last, dy: 66 + i * size.line, ...style }),
      ),
    ],
  })
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  svg.setAttribute('role', 'img')
  svg.querySelector('style')?.remove()
  const title = `<title>${escapeXml(`${experiment.title}: ${verdict}`)}</title>`
  svg.insertAdjacentHTML('afterbegin', title + paper)
  return `${svg.outerHTML.replaceAll('&nbsp;', '&#160;')}\n`
}

type TextOptions = Plot.TextOptions

/** A text at the left edge of the picture. */
function writing(lines: readonly string[], options: TextOptions): Plot.Markish {
  const text = lines.map(withoutControls)
  return Plot.text(text, { text: (line: string) => line, dx: 10 - size.left, ...options })
}

/** A line through all lanes, and over them what was done at it. */
function drawFlag(
  { at, kind, text, holds }: TimelineEvent,
  row: number,
  durationMs: number,
  place: TextOptions,
): Plot.Markish[] {
  const colour = kind === 'undo' ? 'currentColor' : kind === 'proof' && holds ? colours.good : colours.bad
  const isLate = at > durationMs / 2
  return [
    Plot.ruleX([at], { stroke: colour, strokeDasharray: '3 3' }),
    Plot.text([at], {
      ...place,
      x: at,
      frameAnchor: 'top',
      textAnchor: isLate ? 'end' : 'start',
      dx: isLate ? 3 : -3,
      dy: row * size.flag + 8,
      text: () => withoutControls(`${kind}: ${text}`),
      fill: colour,
      fontWeight: 600,
    }),
  ]
}

/** The calls of one client: when they began, how long they took, which failed, and what came of all. */
function drawLane({ name, calls }: Lane, durationMs: number): Plot.Markish[] {
  const stroke = laneColours[name] ?? colours.soft
  const fy = () => name
  const ok = calls.filter(isOk)
  const place = ({ at, ms }: Call) =>
    `${Math.round((at / durationMs) * grain.columns)} ${Math.round(Math.log2(ms) * grain.steps)}`
  const once = (some: readonly Call[]) => [...new Map(some.map((call) => [place(call), call])).values()]
  // A path with a gap after each call: a dot for a point, a line for two.
  const gap = { at: Number.NaN, ms: Number.NaN }
  const path = { x: 'at', y: 'ms', fy, stroke, strokeLinecap: 'round' } as const
  const tail = ({ at, ms }: Call) => [{ at, ms }, { at: Math.min(at + ms, durationMs), ms }, gap]
  const times =
    ok.length === 0 ? '' : `p50 ${describeMs(quantile(ok, 0.5))}, p99 ${describeMs(quantile(ok, 0.99))}`
  const beside = { fy, frameAnchor: 'right', textAnchor: 'start', dx: 10 } as const
  const codes = describeCodes(calls).split(', ').slice(0, 3)
  return [
    writing([wrap(name, 9).join('\n')], {
      fy,
      frameAnchor: 'left',
      fontSize: 14,
      fontWeight: 700,
      fill: stroke,
    }),
    Plot.line(once(calls.filter(({ ms }) => ms > longMs)).flatMap(tail), { ...path, strokeOpacity: 0.3 }),
    Plot.line(
      once(ok).flatMap((call) => [call, gap]),
      { ...path, strokeWidth: 4 },
    ),
    Plot.dot(once(calls.filter((call) => !isOk(call))), {
      ...{ x: 'at', y: 'ms', fy },
      ...{ symbol: 'times', stroke: colours.bad, strokeWidth: 1.5, r: 3 },
    }),
    ...codes.map((code, i) =>
      Plot.text([code], {
        ...beside,
        dy: (i - codes.length / 2) * size.line,
        text: () => code,
        fill: code.endsWith(' ok') ? colours.good : colours.bad,
        fontWeight: 600,
      }),
    ),
    Plot.text([times], { ...beside, dy: (codes.length / 2) * size.line, text: () => times, fontSize: 11 }),
  ]
}

function describeTick(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`
}

/** A check in lines of text: what must hold, and what was seen. */
function describeCheck({ that, saw, holds, isProof }: CheckResult) {
  const head = `${holds ? '✓' : '✗'} ${isProof ? 'Proof: ' : ''}${that}`
  return [
    { line: head, fontWeight: 600, fill: holds ? colours.good : colours.bad },
    ...wrap(saw, 150).map((line) => ({ line, dx: 26 - size.left, fill: colours.soft })),
  ]
}

/** Lines of at most `columns` characters, broken between words. */
export function wrap(content: string, columns: number): string[] {
  const lines = ['']
  for (const word of content.split(/\s+/)) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + 1 + word.length > columns) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
