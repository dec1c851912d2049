import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { experiments } from './catalogue/index.ts'
import type { Experiment } from './experiment.ts'
import { describeError } from './report/describe.ts'
import { documentIndex, documentRun } from './report/docs.ts'
import { TerminalReporter } from './report/terminal.ts'
import { writeJunit, writeRun } from './report/write-report.ts'
import { type Outcome, runExperiment } from './runner/experiment-run.ts'
import { LabPool } from './runner/lab-pool.ts'
import { abortOnSignals } from './runner/signals.ts'

const list = experiments.map(({ name, title }) => `  ${name.padEnd(26)} ${title}\n`).join('')
const usage = `usage: experiments list
       experiments run [--short] [--docs] NAME... | --all

${list}`
const docsFolder = join(import.meta.dirname, '../../docs/experiments')
const reportFolder = join(import.meta.dirname, '../report')
/** As shells have it: 128 and the number of SIGINT. */
const interruptedExitCode = 130
const write = (text: string) => void process.stdout.write(text)
const isColoured = process.stdout.hasColors?.() ?? false

const { values, positionals } = readArguments()
const [verb, ...names] = positionals

if (verb === 'list') write(list)
else if (verb === 'run' && (names.length > 0 || values.all)) {
  await runAll(values.all ? experiments : names.map(named)).catch((error: unknown) => {
    write(`\n  ${describeError(error)}\n`)
    process.exitCode = 1
  })
} else fail(usage)

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { short: { type: 'boolean' }, all: { type: 'boolean' }, docs: { type: 'boolean' } },
    })
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n\n${usage}`)
  }
}

function named(name: string): Experiment {
  return experiments.find((each) => each.name === name) ?? fail(`there is no experiment ${name}\n\n${usage}`)
}

function fail(text: string): never {
  process.stderr.write(text)
  process.exit(2)
}

async function runAll(chosen: readonly Experiment[]): Promise<void> {
  const signal = abortOnSignals(write)
  const reporter = new TerminalReporter(write, { isColoured })
  const outcomes: Outcome[] = []
  if (values.docs) await documentIndex(docsFolder, experiments)
  await using pool = new LabPool()
  for (const experiment of chosen) {
    if (signal.aborted) break
    reporter.begin(experiment)
    await using lease = await pool.lease(experiment)
    const outcome = await runExperiment(experiment, {
      lab: lease.lab,
      size: values.short ? 'short' : 'full',
      signal,
      onBegin: (lanes, now) => reporter.watch(lanes, now),
      onEvent: (event) => reporter.event(event),
    })
    reporter.end(outcome)
    outcomes.push(outcome)
    await writeRun(reportFolder, outcome)
    await writeJunit(reportFolder, outcomes)
    if (values.docs) await documentRun(docsFolder, outcome)
    if (outcome.verdict !== 'holds') process.exitCode = signal.aborted ? interruptedExitCode : 1
  }
  // Also where it was the start of the lab that was interrupted.
  if (signal.aborted) process.exitCode ??= interruptedExitCode
  const held = outcomes.filter(({ verdict }) => verdict === 'holds').length
  write(`  ${held} of ${outcomes.length} hold; reports: ${relative(process.cwd(), reportFolder)}/\n`)
}
