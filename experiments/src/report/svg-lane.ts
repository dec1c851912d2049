import { type Call, countCodes, isOk, type Lane, quantile } from '../runner/lane.ts'
import { element, round, text, wrap } from './svg-elements.ts'

export const colours = {
  ink: '#1f2328',
  soft: '#59636e',
  faint: '#d1d9e0',
  good: '#1a7f37',
  bad: '#cf222e',
  warn: '#9a6700',
} as const

const laneColours: Readonly<Record<string, string>> = {
  rest: '#0969da',
  grpc: '#8250df',
  tcp: '#bc4c00',
  websocket: '#0e7c86',
}

export const laneHeight = 76
const nameColumns = 11
/** The lowest and the highest latency that is drawn, in ms; the scale between them is logarithmic. */
const scale = { from: 0.5, to: 10_000 } as const
const gridMs = [1, 10, 100, 1_000] as const
/** A call that takes longer than this is drawn with its duration. */
const longMs = 100
/** With more calls than this the picture is a little coarser. */
const manyCalls = 1_000

export interface Plot {
  readonly left: number
  readonly right: number
  /** Where a time stands, in ms since the run began. */
  readonly x: (at: number) => number
}

/** The calls of one client: when they began, how long they took, and which failed. */
export function drawLane({ name, calls }: Lane, top: number, plot: Plot): string {
  const y = (ms: number) => {
    const share = Math.log(Math.max(ms, scale.from) / scale.from) / Math.log(scale.to / scale.from)
    return top + laneHeight - 4 - Math.min(1, share) * (laneHeight - 8)
  }
  const colour = laneColours[name] ?? colours.soft
  const fine = calls.length > manyCalls ? 2 : 1
  const place = ({ at, ms }: Call) => [Math.round(plot.x(at)), Math.round(y(ms) / fine) * fine] as const
  const ok = unique(calls.filter(isOk).map(place), ([x, at]) => `M${x} ${at}h0`)
  const failed = unique(
    calls.filter((call) => !isOk(call)).map(place),
    ([x, at]) => `M${x - 2.5} ${at - 2.5}l5 5m0-5l-5 5`,
  )
  const tails = unique(
    calls
      .filter(({ ms }) => ms > longMs)
      .map((call) => [...place(call), Math.round(plot.x(call.at + call.ms))]),
    ([x, at, end]) => `M${x} ${at}H${end}`,
  )
  return [
    ...grid(y, plot),
    element('rect', {
      x: plot.left,
      y: top,
      width: plot.right - plot.left,
      height: laneHeight,
      fill: 'none',
      stroke: colours.faint,
    }),
    ...label(name, top, colour),
    element('path', { d: tails, stroke: colour, 'stroke-opacity': 0.25, 'stroke-width': 1, fill: 'none' }),
    element('path', {
      d: ok,
      stroke: colour,
      'stroke-width': 4,
      'stroke-linecap': 'round',
      'stroke-opacity': 0.75,
    }),
    element('path', { d: failed, stroke: colours.bad, 'stroke-width': 1.3, fill: 'none' }),
    ...counts(calls, top, plot),
  ].join('\n')
}

/** The name of a client, in as many lines as it needs. */
function label(name: string, top: number, colour: string): string[] {
  const lines = wrap(name, nameColumns)
  const first = top + laneHeight / 2 + 5 - (lines.length - 1) * 9
  return lines.map((line, i) =>
    text(28, first + i * 18, line, { fill: colour, 'font-size': 15, 'font-weight': 600 }),
  )
}

function grid(y: (ms: number) => number, plot: Plot): string[] {
  return gridMs.flatMap((ms) => [
    element('path', {
      d: `M${plot.left} ${round(y(ms))}H${plot.right}`,
      stroke: colours.faint,
      'stroke-dasharray': '2 4',
    }),
    text(plot.left - 6, y(ms) + 3, ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`, {
      'font-size': 9,
      'text-anchor': 'end',
      fill: colours.soft,
    }),
  ])
}

/** What came of the calls, beside the lane. */
function counts(calls: readonly Call[], top: number, plot: Plot): string[] {
  const lines = [...countCodes(calls)].map(([code, count]) => ({
    line: `${count.toLocaleString('en')} ${code}`,
    fill: code === 'ok' ? colours.good : colours.bad,
  }))
  const shown = lines.slice(0, 3)
  const ok = calls.filter(isOk)
  const times =
    ok.length === 0 ? '' : `p50 ${describeMs(quantile(ok, 0.5))}, p99 ${describeMs(quantile(ok, 0.99))}`
  const first = top + laneHeight / 2 - (shown.length * 16) / 2 + 4
  return [
    ...shown.map(({ line, fill }, i) =>
      text(plot.right + 14, first + i * 16, line, { 'font-size': 12.5, fill, 'font-weight': 600 }),
    ),
    text(plot.right + 14, first + shown.length * 16, times, { 'font-size': 11, fill: colours.soft }),
  ]
}

export function describeMs(ms: number): string {
  return ms < 10
    ? `${ms.toFixed(1)} ms`
    : ms < 1_000
      ? `${Math.round(ms)} ms`
      : `${(ms / 1_000).toFixed(1)} s`
}

/** Thousands of calls that are drawn on the same spot are drawn once. */
function unique<T extends readonly number[]>(places: readonly T[], draw: (place: T) => string): string {
  return [...new Set(places.map(draw))].join('') || 'M0 0'
}
