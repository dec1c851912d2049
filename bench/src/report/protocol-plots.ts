import * as Plot from '@observablehq/plot'
import type { Result } from '../scenario.ts'
import { protocolColor, protocolColors, rowsHeight, svg } from './svg.ts'
import { number, spread } from './tables.ts'

/**
 * One quantity of the same work over each protocol; a tick marks the floor.
 * @param scale log for what goes over many sizes: dots then, because bars have no zero to begin at
 */
export function protocolPlot(
  results: readonly Result[],
  quantity: string,
  label: string,
  scale: 'linear' | 'log' = 'linear',
): string {
  const rows = results.flatMap(({ name, protocol, figures }) => {
    const subject = figures[`subject.${quantity}`]
    if (subject === undefined) return []
    return [
      {
        work: name,
        protocol,
        value: subject.median,
        floor: figures[`floor.${quantity}`]?.median,
        text: spread(subject),
      },
    ]
  })
  if (rows.length === 0) return ''
  const works = new Set(rows.map(({ work }) => work))
  return svg({
    height: rows.length * 19 + works.size * 8 + 60,
    marginLeft: 90,
    marginRight: 400,
    x: { type: scale, label, grid: true, ticks: 5, tickFormat: 's' },
    y: { label: null, domain: Object.keys(protocolColors), tickSize: 0 },
    fy: { label: null, domain: [...works], axis: null },
    color: protocolColor,
    marks: [
      scale === 'log'
        ? Plot.dot(rows, { fy: 'work', y: 'protocol', x: 'value', fill: 'protocol', r: 5 })
        : Plot.barX(rows, { fy: 'work', y: 'protocol', x: 'value', fill: 'protocol' }),
      Plot.tickX(
        rows.filter(({ floor }) => floor !== undefined),
        { fy: 'work', y: 'protocol', x: 'floor', strokeWidth: 3 },
      ),
      Plot.text(rows, {
        fy: 'work',
        y: 'protocol',
        text: 'text',
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 8,
      }),
      Plot.text(works, {
        fy: (work: string) => work,
        text: (work: string) => work,
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 150,
        fontWeight: 'bold',
      }),
    ],
  })
}

/** Latency of the same work: a line from p50 to p99, of the service and, thin, of its floor. */
export function latencyPlot(results: readonly Result[]): string {
  const rows = results.flatMap(({ name, protocol, figures }) =>
    ['subject', 'floor'].flatMap((role) => {
      const [p50, p95, p99] = ['p50', 'p95', 'p99'].map((percent) => figures[`${role}.${percent}`]?.median)
      if (p50 === undefined || p95 === undefined || p99 === undefined) return []
      const label = `${protocol}: ${name}`
      return [{ label, role, protocol, p50, p95, p99 }]
    }),
  )
  if (rows.length === 0) return ''
  const subjects = rows.filter(({ role }) => role === 'subject')
  const floors = rows.filter(({ role }) => role === 'floor')
  return svg({
    height: rowsHeight(subjects.length),
    marginLeft: 330,
    marginRight: 130,
    x: {
      type: 'log',
      label: 'ms from when the operation was due: p50, p95, p99 →',
      grid: true,
      ticks: 5,
      tickFormat: (x: number) => number(x),
    },
    y: { label: null, domain: subjects.map(({ label }) => label), tickSize: 0 },
    color: protocolColor,
    marks: [
      Plot.ruleY(floors, { y: 'label', x1: 'p50', x2: 'p99', strokeOpacity: 0.5, dy: 5 }),
      Plot.dot(floors, { y: 'label', x: 'p99', r: 2, dy: 5, fill: 'currentColor', fillOpacity: 0.5 }),
      Plot.ruleY(subjects, { y: 'label', x1: 'p50', x2: 'p99', stroke: 'protocol', strokeWidth: 3 }),
      ...(['p50', 'p95', 'p99'] as const).map((x) =>
        Plot.dot(subjects, { y: 'label', x, fill: 'protocol', r: 4 }),
      ),
      Plot.text(subjects, {
        y: 'label',
        text: ({ p50, p99 }: { p50: number; p99: number }) => `${number(p50)} .. ${number(p99)}`,
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 10,
      }),
    ],
  })
}
