// Writes the dashboards of Grafana as files that Grafana reads at its start (backing/grafana).
//   main.ts            writes
//   main.ts --check    says what is not as it would be written (exit 1)
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Dashboard, dashboards, type Panel } from './dashboards.ts'

const folder = resolve(import.meta.dirname, '../../backing/grafana/dashboards')
const isCheck = process.argv.includes('--check')
const datasource = { type: 'prometheus', uid: 'lab' }
const columns = 2
const size = { w: 24 / columns, h: 8 }

const serviceVariable = {
  name: 'service',
  label: 'Service',
  type: 'query',
  datasource,
  query: { query: 'label_values(lab_connections, service)', refId: 'service' },
  refresh: 2,
  sort: 1,
}

for (const dashboard of dashboards) {
  const file = resolve(folder, `${dashboard.uid}.json`)
  const text = `${JSON.stringify(describe(dashboard), null, 2)}\n`
  if (!isCheck) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write(`${file} is not as the script has it: npm run generate\n`)
    process.exitCode = 1
  }
}

/** A dashboard in the form in which Grafana provisions one: no id, and no inputs that somebody would have to fill in. */
function describe({ uid, title, panels, choosesService = false }: Dashboard) {
  return {
    id: null,
    uid,
    title,
    tags: ['polyservice-lab'],
    timezone: 'browser',
    schemaVersion: 39,
    refresh: '5s',
    time: { from: 'now-15m', to: 'now' },
    templating: { list: choosesService ? [serviceVariable] : [] },
    panels: panels.map(describePanel),
  }
}

function describePanel({ title, unit, queries, type = 'timeseries' }: Panel, i: number) {
  return {
    id: i + 1,
    title,
    type,
    datasource,
    gridPos: { ...size, x: (i % columns) * size.w, y: Math.floor(i / columns) * size.h },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: {},
    targets: queries.map(({ expr, legend }, n) => ({
      refId: String.fromCharCode(65 + n),
      datasource,
      expr,
      legendFormat: legend,
    })),
  }
}
