// Holds the last report against the goals; exits 1 naming what fell short.
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { asked, judge } from './measure/goals.ts'
import { readGoals, readReport, reportFile } from './report/report.ts'
import { spread } from './report/tables.ts'

const { values } = parseArgs({ options: { report: { type: 'string', default: reportFile } } })
if (!existsSync(values.report)) {
  process.stderr.write(`bench:check: there is no ${values.report}; run make bench first\n`)
  process.exit(2)
}
const verdicts = judge(readGoals(), readReport(values.report).results)
const of = (outcome: string) => verdicts.filter((verdict) => verdict.outcome === outcome)

for (const { goal } of of('unknown')) process.stdout.write(`not measured: ${goal.service}: ${goal.goal}\n`)
for (const { goal, figure } of of('short')) {
  const measured = figure === undefined ? 'failed' : spread(figure)
  process.stdout.write(`fell short: ${goal.service}: ${goal.goal}: ${measured}, asked ${asked(goal)}\n`)
}
process.stdout.write(`${of('met').length} of ${verdicts.length} goals are met\n`)
process.exitCode = of('short').length > 0 ? 1 : 0
