import type { Scenario } from '../scenario.ts'
import { doesNotShow, type Report } from './report.ts'
import { goalTable, loadTable, scenarioTables, type Table } from './tables.ts'

/** The report for a terminal: columns under each other. */
export function renderTerminal(scenarios: readonly Scenario[], report: Report): string {
  const tables = [...scenarioTables(scenarios, report), goalTable(report.verdicts)]
  return `\n${tables.map(terminalTable).join('\n\n')}\n`
}

/** What limits figures is long to read; the report has all of it. */
const isCaveat = (note: string) => / (disturbed|limited): /.test(note)

function terminalTable({ title, head, rows, notes }: Table): string {
  const caveats = notes.filter(isCaveat).length
  const shown = notes.filter((note) => !isCaveat(note))
  if (caveats > 0) shown.push(`${caveats} remarks on what disturbed or limited these: in the report`)
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd()
  return [title, line(head), ...rows.map(line), ...shown.map((note) => `  · ${note}`)].join('\n')
}

export function renderMarkdown(scenarios: readonly Scenario[], report: Report): string {
  const facts = { commit: report.commit, date: report.date, ...report.machine, ...report.settings }
  return [
    '# What each protocol costs',
    Object.entries(facts)
      .map(([name, value]) => `- ${name}: ${value}`)
      .join('\n'),
    'Medians of rounds, with the smallest and the largest. A ratio is taken in each round, then its median.',
    ...[goalTable(report.verdicts), ...scenarioTables(scenarios, report), loadTable(report)].map(
      markdownTable,
    ),
    '## What this does not show',
    doesNotShow,
    '',
  ].join('\n\n')
}

function markdownTable({ title, head, rows, notes }: Table): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const table = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
  return [
    `## ${title}`,
    table,
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join('\n')]),
  ].join('\n\n')
}
