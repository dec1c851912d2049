import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { judge } from './measure/goals.ts'
import { isProfileName, profiles } from './profiles.ts'
import { renderHtml } from './report/html.ts'
import { createProgress } from './report/progress.ts'
import {
  describeCommit,
  describeMachine,
  describeSettings,
  type Report,
  readGoals,
  reportDirectory,
} from './report/report.ts'
import { renderMarkdown, renderTerminal } from './report/text.ts'
import { runScenarios } from './run-scenarios.ts'
import { scenarios } from './scenarios/index.ts'
import { pinLoad } from './servers/cores.ts'

const { values } = parseArgs({
  options: { profile: { type: 'string', default: 'short' }, only: { type: 'string', default: '' } },
})
if (!isProfileName(values.profile)) {
  process.stderr.write(`bench: --profile ${values.profile}: not one of ${Object.keys(profiles).join(', ')}\n`)
  process.exit(2)
}
const profile = profiles[values.profile]
const only = values.only.split(',')
const chosen = values.only === '' ? scenarios : scenarios.filter(({ name }) => only.includes(name))

// Through exit, so that no server and no file stays behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
pinLoad()
const begun = performance.now()
const results = await runScenarios(chosen, profile, createProgress(process.stderr))
const report: Report = {
  commit: describeCommit(),
  date: new Date().toISOString(),
  machine: describeMachine(),
  settings: describeSettings(profile, (performance.now() - begun) / 1000),
  results,
  verdicts: judge(readGoals(), results),
}

await mkdir(reportDirectory, { recursive: true })
await Promise.all([
  writeFile(join(reportDirectory, 'report.json'), JSON.stringify(report, null, 2)),
  writeFile(join(reportDirectory, 'report.md'), renderMarkdown(scenarios, report)),
  writeFile(join(reportDirectory, 'report.html'), renderHtml(scenarios, report)),
])
process.stdout.write(renderTerminal(scenarios, report))
process.stdout.write(`\nreport: ${join(reportDirectory, 'report.html')} (and .md, .json)\n`)
process.exit(0)
