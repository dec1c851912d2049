import * as Plot from '@observablehq/plot'
import { asked, type Verdict } from '../measure/goals.ts'
import type { Result } from '../scenario.ts'
import { protocolColor, rowsHeight, svg } from './svg.ts'
import { number } from './tables.ts'

const verdictColor = { domain: ['met', 'short'], range: ['#3f9b62', '#d1495b'] }

/** A row of a dot plot: where the median lies, and from where to where the rounds went. */
interface Row {
  readonly label: string
  readonly kind: string
  readonly median: number
  readonly min: number
  readonly max: number
  readonly text: string
}

/** Dots with their ranges on a log axis; a line stands where both sides are the same. */
function ratioPlot(
  rows: readonly Row[],
  label: string,
  colors: { domain: string[]; range: string[] },
): string {
  if (rows.length === 0) return ''
  const lowest = Math.min(0.5, ...rows.map(({ min }) => min))
  const highest = Math.max(2, ...rows.map(({ max }) => max))
  return svg({
    height: rowsHeight(rows.length),
    marginLeft: 415,
    marginRight: 130,
    x: {
      type: 'log',
      label,
      domain: [lowest * 0.9, highest * 1.1],
      grid: true,
      ticks: 6,
      tickFormat: (x: number) => number(x),
    },
    y: { label: null, domain: rows.map((row) => row.label), tickSize: 0 },
    color: colors,
    marks: [
      Plot.ruleX([1], { strokeWidth: 2, strokeOpacity: 0.6 }),
      Plot.ruleY(rows, {
        y: 'label',
        x1: 'min',
        x2: 'max',
        stroke: 'kind',
        strokeWidth: 4,
        strokeOpacity: 0.35,
      }),
      Plot.dot(rows, { y: 'label', x: 'median', fill: 'kind', r: 5 }),
      Plot.text(rows, { y: 'label', text: 'text', frameAnchor: 'right', textAnchor: 'start', dx: 10 }),
    ],
  })
}

/** How far each goal was reached. */
export function goalPlot(verdicts: readonly Verdict[]): string {
  const rows = verdicts.flatMap(({ goal, outcome, figure, reached }) => {
    if (figure === undefined || reached === undefined) return []
    const share = (value: number) =>
      goal.atLeast === undefined ? (goal.atMost ?? 1) / value : value / goal.atLeast
    const ends = [share(figure.min), share(figure.max)].map((value) => Math.min(value, 20))
    return [
      {
        label: `${goal.service}: ${goal.goal}`,
        kind: outcome,
        median: Math.min(reached, 20),
        min: Math.min(...ends),
        max: Math.max(...ends),
        text: `${number(figure.median)}  (${asked(goal)})`,
      },
    ]
  })
  return ratioPlot(rows, 'measured, as a share of the goal →', verdictColor)
}

/** What every service adds to the bare server of its protocol. */
export function floorPlot(results: readonly Result[]): string {
  const rows = results.flatMap(({ scenario, name, protocol, figures }) => {
    const figure = figures['speed/floor']
    if (figure === undefined) return []
    const { median, min, max } = figure
    return [
      { label: `${scenario}: ${name} (${protocol})`, kind: protocol, median, min, max, text: number(median) },
    ]
  })
  return ratioPlot(rows, 'operations per processor second, as a share of the bare server’s →', protocolColor)
}
