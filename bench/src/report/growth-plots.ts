import * as Plot from '@observablehq/plot'
import type { Figure } from '../measure/statistics.ts'
import type { Result } from '../scenario.ts'
import { protocolColor, svg } from './svg.ts'
import { number } from './tables.ts'

export interface GrowthOptions {
  readonly parameter: string
  readonly figure: string
  readonly label: string
  readonly scale?: number
  readonly series?: string
}

/** How a quantity grows, both axes logarithmic. */
export function growthPlot(
  results: readonly Result[],
  { parameter, figure, label, scale = 1, series }: GrowthOptions,
): string {
  const rows = results.flatMap(({ parameters, figures, protocol }) => {
    const value: Figure | undefined = figures[figure]
    if (value === undefined) return []
    const kind = series === undefined ? protocol : String(parameters[series])
    return [
      {
        x: Number(parameters[parameter]),
        kind,
        median: value.median * scale,
        min: value.min * scale,
        max: value.max * scale,
      },
    ]
  })
  if (new Set(rows.map(({ x }) => x)).size < 2) return ''
  const [lowest, highest] = [Math.min(...rows.map(({ min }) => min)), Math.max(...rows.map(({ max }) => max))]
  // At least a decade, so that what hardly grows looks like it.
  const margin = Math.max(1.1, Math.sqrt(10 / (highest / lowest)))
  const last = rows.filter(({ x }) => x === Math.max(...rows.map((row) => row.x)))
  return svg({
    width: 440,
    height: 260,
    marginLeft: 55,
    marginRight: 90,
    x: {
      type: 'log',
      label: `${parameter} →`,
      grid: true,
      ticks: 6,
      tickFormat: (x: number) => x.toLocaleString('en'),
    },
    y: {
      type: 'log',
      domain: [lowest / margin, highest * margin],
      label: `↑ ${label}`,
      grid: true,
      ticks: 5,
      tickFormat: (y: number) => number(y),
    },
    ...(series === undefined ? { color: protocolColor } : { color: { scheme: 'dark2' as const } }),
    marks: [
      Plot.ruleX(rows, { x: 'x', y1: 'min', y2: 'max', stroke: 'kind', strokeWidth: 3, strokeOpacity: 0.4 }),
      Plot.line(rows, { x: 'x', y: 'median', stroke: 'kind', strokeWidth: 2 }),
      Plot.dot(rows, { x: 'x', y: 'median', fill: 'kind', r: 4 }),
      Plot.text(last, { x: 'x', y: 'median', text: 'kind', fill: 'kind', textAnchor: 'start', dx: 10 }),
    ],
  })
}
