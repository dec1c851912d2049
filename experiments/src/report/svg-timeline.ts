import type { Phase } from '../experiment.ts'
import type { Outcome, Verdict } from '../runner/experiment-run.ts'
import type { CheckResult, Span, TimelineEvent } from '../runner/timeline.ts'
import { element, round, text, wrap } from './svg-elements.ts'
import { colours, drawLane, laneHeight, type Plot } from './svg-lane.ts'

const width = 1_000
const margin = 28
const left = 172
const right = width - 202
const laneGap = 12
const flagHeight = 20
/** Average width of a letter of the flags, in px. */
const letterWidth = 6.9
const columnWidth = (width - 2 * margin) / 2 + 6

const bands: Readonly<Record<Phase, { fill: string; label: string }>> = {
  prepare: { fill: '#fff', label: 'set-up' },
  steady: { fill: '#f6f8fa', label: 'steady state' },
  inject: { fill: '#fff1e5', label: '' },
  fault: { fill: '#ffebe9', label: 'fault' },
  undo: { fill: '#fff1e5', label: '' },
  recovery: { fill: '#e6f8ea', label: 'recovery' },
}

const verdictColours: Readonly<Record<Verdict, string>> = {
  holds: colours.good,
  'does not hold': colours.bad,
  'proves nothing': colours.warn,
  interrupted: colours.warn,
  failed: colours.bad,
}

/** The run as one picture: what was done, what each client saw, and what every check came to. */
export function drawTimeline(outcome: Outcome): string {
  const { experiment, durationMs, timeline, lanes, verdict } = outcome
  const plot: Plot = { left, right, x: (at) => left + (at / durationMs) * (right - left) }
  const body: string[] = []
  let y = 48
  body.push(...heading(outcome, y))
  y += 7
  for (const line of wrap(experiment.hypothesis, 125)) {
    y += 21
    body.push(text(margin, y, line, { 'font-size': 14, fill: colours.soft }))
  }
  y += 26
  const proof = timeline.checks.find(({ isProof }) => isProof)?.that ?? ''
  const flags = timeline.events
    .filter(({ kind }) => kind === 'fault' || kind === 'proof' || kind === 'undo')
    .map((event) => (event.kind === 'proof' ? { ...event, text: proof } : event))
  const top = y + flags.length * flagHeight + 6
  const bottom = top + lanes.length * (laneHeight + laneGap) - laneGap
  body.push(...timeline.spans.flatMap((span) => drawBand(span, top, bottom, plot)))
  body.push(...flags.flatMap((flag, row) => drawFlag(flag, y + row * flagHeight, bottom, plot)))
  body.push(...lanes.map((lane, i) => drawLane(lane, top + i * (laneHeight + laneGap), plot)))
  body.push(...timeAxis(durationMs, bottom, plot))
  const checks = drawChecks(timeline.checks, bottom + 66)
  body.push(...checks.svg)
  const height = checks.bottom
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${round(height)}`,
      width,
      height,
      'font-family': "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif",
      role: 'img',
    },
    element('title', {}, `${experiment.title}: ${verdict}`),
    element('rect', {
      x: 0.5,
      y: 0.5,
      width: width - 1,
      height: height - 1,
      rx: 10,
      fill: '#fff',
      stroke: colours.faint,
    }),
    `\n${body.join('\n')}\n`,
  )}\n`
}

function heading({ experiment, verdict }: Outcome, y: number): string[] {
  const pill = verdict.length * 7.6 + 28
  return [
    text(margin, y, experiment.title, { 'font-size': 23, 'font-weight': 700, fill: colours.ink }),
    element('rect', {
      x: width - margin - pill,
      y: y - 21,
      width: pill,
      height: 28,
      rx: 14,
      fill: verdictColours[verdict],
    }),
    text(width - margin - pill / 2, y - 2, verdict, {
      'font-size': 14,
      'font-weight': 600,
      fill: '#fff',
      'text-anchor': 'middle',
    }),
  ]
}

function drawBand({ phase, from, to }: Span, top: number, bottom: number, plot: Plot): string[] {
  const { fill, label } = bands[phase]
  const [x, end] = [plot.x(from), plot.x(to)]
  const name = text((x + end) / 2, bottom + 36, label, {
    'font-size': 12,
    fill: colours.soft,
    'text-anchor': 'middle',
  })
  const band = element('rect', { x, y: top, width: end - x, height: bottom - top, fill })
  return end - x > label.length * letterWidth ? [band, name] : [band]
}

/** A line through all lanes, and what was done at it. */
function drawFlag(
  { at, kind, text: words, holds }: TimelineEvent,
  y: number,
  bottom: number,
  plot: Plot,
): string[] {
  const fill =
    kind === 'proof' ? (holds ? colours.good : colours.bad) : kind === 'fault' ? colours.bad : colours.ink
  const label = `${kind}: ${words}`
  const x = plot.x(at)
  const isTooLong = x + label.length * letterWidth > width - margin
  const start = isTooLong ? Math.max(margin, Math.min(x, width - margin - label.length * letterWidth)) : x
  return [
    element('path', { d: `M${round(x)} ${round(y + 6)}V${bottom}`, stroke: fill, 'stroke-dasharray': '3 3' }),
    element('rect', {
      x: start - 3,
      y: y - 11,
      width: label.length * letterWidth + 6,
      height: 17,
      fill: '#fff',
    }),
    text(start, y + 2, label, { 'font-size': 12, 'font-weight': 600, fill }),
  ]
}

function timeAxis(durationMs: number, bottom: number, plot: Plot): string[] {
  const step = [250, 500, 1_000, 2_000, 5_000, 10_000].find((each) => durationMs / each <= 14) ?? 30_000
  const ticks = Array.from({ length: Math.floor(durationMs / step) + 1 }, (_, i) => i * step)
  return ticks.map((at) =>
    text(plot.x(at), bottom + 18, `${at / 1_000} s`, {
      'font-size': 11,
      fill: colours.soft,
      'text-anchor': 'middle',
    }),
  )
}

/** All checks, in two columns. */
function drawChecks(checks: readonly CheckResult[], top: number): { svg: string[]; bottom: number } {
  const half = Math.ceil(checks.length / 2)
  let bottom = top
  const svg = [checks.slice(0, half), checks.slice(half)].flatMap((column, i) => {
    let y = top
    const drawn = column.map((check) => {
      const { svg, height } = drawCheck(check, margin + i * columnWidth, y)
      y += height
      return svg
    })
    bottom = Math.max(bottom, y)
    return drawn
  })
  return { svg, bottom }
}

function drawCheck({ that, saw, holds, isProof }: CheckResult, x: number, y: number) {
  const fill = holds ? colours.good : colours.bad
  const heads = wrap(isProof ? `Proof: ${that}` : that, 62)
  const lines = wrap(saw, 74)
  const below = y + heads.length * 17
  const svg = [
    text(x, y, holds ? '✓' : '✗', { 'font-size': 14, 'font-weight': 700, fill }),
    ...heads.map((line, i) =>
      text(x + 20, y + i * 17, line, { 'font-size': 13, 'font-weight': 600, fill: colours.ink }),
    ),
    ...lines.map((line, i) => text(x + 20, below + i * 15, line, { 'font-size': 11.5, fill: colours.soft })),
  ].join('\n')
  return { svg, height: heads.length * 17 + lines.length * 15 + 12 }
}
