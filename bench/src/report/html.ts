import type { Result, Scenario } from '../scenario.ts'
import { imagePlot, startPlot } from './container-plots.ts'
import { growthPlot } from './growth-plots.ts'
import { latencyPlot, protocolPlot } from './protocol-plots.ts'
import { floorPlot, goalPlot } from './ratio-plots.ts'
import { doesNotShow, type Report } from './report.ts'
import { protocolColors } from './svg.ts'
import { goalTable, loadTable, scenarioTables, type Table } from './tables.ts'

/** The report as one page that needs nothing else: styles and pictures are in it. */
export function renderHtml(scenarios: readonly Scenario[], report: Report): string {
  const { results, verdicts } = report
  const met = verdicts.filter(({ outcome }) => outcome === 'met').length
  const known = verdicts.filter(({ outcome }) => outcome !== 'unknown').length
  const facts = { commit: report.commit, date: report.date, ...report.machine, ...report.settings }
  const legend = Object.entries(protocolColors)
    .map(([name, colour]) => `<span class="key"><i style="background:${colour}"></i>${name}</span>`)
    .join('')
  const tables = scenarioTables(scenarios, report)
  const tablesOf = (view: Scenario['view']) =>
    tables
      .filter(({ scenario }) => scenarios.find(({ name }) => name === scenario)?.view === view)
      .map((table) => details(table))
      .join('')
  return page(`
<h1>What each protocol costs</h1>
<p class="lead">REST, gRPC, raw TCP and WebSocket, each measured against a bare server of the same protocol and against the Python server
that it replaces: in one run, in turns, so that what disturbs one disturbs all. Dots are medians of rounds, bars go from the smallest
to the largest round. <b>${met} of ${known}</b> goals that were measured are met.</p>
<p>${legend}</p>
${section('Goals', 'Right of the line a goal is met.', goalPlot(verdicts) + details(goalTable(verdicts)))}
${section('What a service adds to its protocol', 'One is as cheap as a bare server: node:http, grpc-js, ws or node:net, which answers the same.', floorPlot(results) + tablesOf('ratios'))}
${section('The same work over each protocol', 'Bars are the service, the black tick is the bare server of its protocol.', protocols(scenarios, results) + tablesOf('protocols'))}
${section('As it grows', '', grid(growth(results)) + tablesOf('growth'))}
${section('Was the load cheap enough?', 'Where the load takes more processor time than the server, it may have set the rate, and the ratio of speeds is the one to believe.', details(loadTable(report)))}
${section('Containers', '', containers(results) + tablesOf('containers'))}
<section><h2>What this does not show</h2><p>${escapeHtml(doesNotShow)}</p></section>
<section><h2>How it was measured</h2><dl>${Object.entries(facts)
    .map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`)
    .join('')}</dl></section>`)
}

function protocols(scenarios: readonly Scenario[], results: readonly Result[]): string {
  return scenarios
    .filter(({ view }) => view === 'protocols')
    .map(({ name, title }) => {
      const own = results.filter(({ scenario }) => scenario === name)
      if (own.length === 0) return ''
      return [
        `<h3>${escapeHtml(title)}</h3>`,
        protocolPlot(own, 'cpu', 'processor seconds of the server for 10,000 operations →'),
        protocolPlot(own, 'rate', 'operations a second →'),
        protocolPlot(own, 'bytesFromServer', 'bytes from the server for an operation →', 'log'),
        latencyPlot(own),
      ].join('')
    })
    .join('')
}

function growth(results: readonly Result[]): string {
  const of = (name: string) => results.filter(({ scenario }) => scenario === name)
  // Seconds for 10,000 operations, as microseconds for one.
  const scale = 100
  return [
    growthPlot(of('history-growth'), {
      parameter: 'messages',
      figure: 'subject.cpu',
      label: 'µs of processor for a message',
      scale,
      series: 'mode',
    }),
    growthPlot(of('history-growth'), {
      parameter: 'messages',
      figure: 'subject.memory',
      label: 'MiB of memory',
      series: 'mode',
    }),
    growthPlot(of('users-growth'), {
      parameter: 'users',
      figure: 'subject.cpu',
      label: 'µs of processor for GET /users/{id}',
      scale,
    }),
    growthPlot(of('connections'), {
      parameter: 'connections',
      figure: 'subject.memory',
      label: 'MiB of memory, idle',
    }),
    growthPlot(of('connections'), {
      parameter: 'connections',
      figure: 'subject.cpu',
      label: 'µs of processor for five replies',
      scale,
    }),
  ].join('')
}

const grid = (plots: string) => (plots === '' ? '' : `<div class="grid">${plots}</div>`)

function containers(results: readonly Result[]): string {
  const figures = (name: string) => results.find(({ scenario }) => scenario === name)?.figures ?? {}
  return startPlot(figures('containers')) + imagePlot(figures('images'))
}

function section(title: string, text: string, content: string): string {
  if (content === '') return ''
  return `<section><h2>${escapeHtml(title)}</h2><p>${escapeHtml(text)}</p>${content}</section>`
}

function details({ title, head, rows, notes }: Table): string {
  if (rows.length === 0) return ''
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  const list =
    notes.length === 0 ? '' : `<ul>${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>`
  return `<details><summary>${escapeHtml(title)}: figures</summary><div class="wide"><table><thead>${row(head, 'th')}</thead><tbody>${rows
    .map((cells) => row(cells, 'td'))
    .join('')}</tbody></table></div>${list}</details>`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function page(body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What each protocol costs</title>
<style>
  :root { color-scheme: light dark; --line: #8884; --soft: #8881; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 920px; margin: 2rem auto 4rem; padding: 0 1rem; }
  h1 { font-size: 2rem; margin-bottom: .5rem } h2 { margin: 2.5rem 0 .25rem; border-top: 1px solid var(--line); padding-top: 1.25rem }
  h3 { margin: 1.5rem 0 0 } .lead { font-size: 1.1rem }
  svg { max-width: 100%; height: auto; margin: .75rem 0 }
  .grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); gap: 1rem }
  .key { margin-right: 1.25rem; white-space: nowrap } .key i { display: inline-block; width: .8em; height: .8em; border-radius: 50%; margin-right: .4em }
  .wide { overflow-x: auto } table { border-collapse: collapse; font-size: .8rem; font-variant-numeric: tabular-nums }
  th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap }
  summary { cursor: pointer; padding: .4rem 0 } details ul { font-size: .85rem }
  dl { display: grid; grid-template-columns: max-content auto; gap: .2rem 1rem } dt { font-weight: 600 } dd { margin: 0 }
</style>
<body>${body}</body>
</html>
`
}
