import * as Plot from '@observablehq/plot'
import { coreServiceNames } from '@polyservice-lab/contracts/services'
import type { Figure } from '../measure/statistics.ts'
import { svg } from './svg.ts'

/** Start to ready of every container, each start a dot. */
export function startPlot(figures: Readonly<Record<string, Figure>>): string {
  const rows = [...coreServiceNames, 'floor'].flatMap((name) =>
    (figures[`${name}.ready`]?.values ?? []).map((value) => ({
      name: name === 'floor' ? 'bare node:http' : name,
      value,
    })),
  )
  if (rows.length === 0) return ''
  return svg({
    height: 200,
    marginLeft: 110,
    marginRight: 130,
    x: {
      label: 'ms from docker run to ready →',
      grid: true,
      domain: [0, Math.max(...rows.map(({ value }) => value)) * 1.05],
    },
    y: { label: null, domain: [...new Set(rows.map(({ name }) => name))], tickSize: 0 },
    marks: [
      Plot.dot(rows, { x: 'value', y: 'name', r: 4, fillOpacity: 0.5, fill: 'currentColor' }),
      Plot.tickX(
        rows,
        Plot.groupY({ x: 'median' }, { x: 'value', y: 'name', strokeWidth: 3, stroke: '#d1495b' }),
      ),
    ],
  })
}

/** Every image as what all have and what is its own. */
export function imagePlot(figures: Readonly<Record<string, Figure>>): string {
  const rows = coreServiceNames.flatMap((service) => {
    const [whole, own] = [figures[`${service}.whole`]?.median, figures[`${service}.own`]?.median]
    if (whole === undefined || own === undefined) return []
    return [
      { service, part: 'shared by all', size: whole - own },
      { service, part: 'of its own', size: own },
    ]
  })
  if (rows.length === 0) return ''
  return svg({
    height: 170,
    marginLeft: 110,
    marginRight: 130,
    x: { label: 'MiB: in grey what all images share, in red what is of the service →', grid: true },
    y: { label: null, tickSize: 0 },
    color: { domain: ['shared by all', 'of its own'], range: ['#9aa5b1', '#d1495b'] },
    marks: [Plot.barX(rows, { x: 'size', y: 'service', fill: 'part' }), Plot.ruleX([0])],
  })
}
