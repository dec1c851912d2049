// Runs the tests: those without containers first, and only when they pass those on labs. Says which foreign clients are
// missing, and at the end where the minutes went.
//   [LAB=WING,...] test.ts    (default: every wing)
// TEST_RESULTS names a file for `{ passed, failed }`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { serviceNames, services, wings } from '@polyservice-lab/contracts/services'

interface Results {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly startTime: number
    readonly endTime: number
    /** Why the file could not run. */
    readonly message: string
    readonly status: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[] | null
    }[]
  }[]
}

interface Phase {
  readonly title: string
  readonly seconds: number
  readonly exitCode: number
  readonly results: Results
}

const root = resolve(import.meta.dirname, '..')
const slowestFiles = 10
/** A failure is told in so many lines: what was expected, and where. */
const failureLines = 12
const nothing: Results = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] }

const asked = (process.env['LAB'] ?? '').split(/[ ,]+/).filter((wing) => wing !== '')
const unknown = asked.filter((wing) => wing !== 'all' && !wings.some((known) => known === wing))
if (unknown.length > 0) {
  process.stderr.write(`There is no wing ${unknown.join(', ')}; there are: ${[...wings, 'all'].join(' ')}\n`)
  process.exit(2)
}

const missing =
  spawnSync('bash', ['scripts/foreign-clients.sh', '--check'], { cwd: root, encoding: 'utf8' }).stdout ?? ''
process.stdout.write(missing)
const unit = vitest('unit', [])
const phases = unit.exitCode === 0 ? [unit, vitest('lab', testsOf(asked))] : [unit]
process.stdout.write(`\n${failures(phases)}${summary(phases)}${missing}`)
const passed = sum(phases, 'numPassedTests')
const failed = sum(phases, 'numFailedTests')
const output = process.env['TEST_RESULTS']
if (output !== undefined) writeFileSync(output, JSON.stringify({ passed, failed }))
process.exitCode = Math.max(...phases.map(({ exitCode }) => exitCode))

/** What vitest is told to run the tests of some wings: the core has all that belongs to no other wing. */
function testsOf(asked: readonly string[]): readonly string[] {
  if (asked.length === 0 || asked.includes('all')) return []
  const foldersOf = (isMeant: (wing: string) => boolean) => [
    ...wings.filter((wing) => wing !== 'core' && isMeant(wing)),
    ...serviceNames.filter((name) => services[name].wing !== 'core' && isMeant(services[name].wing)),
  ]
  const isAsked = (wing: string) => asked.includes(wing)
  const pathsOf = (isMeant: (wing: string) => boolean) => [
    ...wings.filter(isMeant).map((wing) => `tests/lifecycle/${wing}.test.ts`),
    ...foldersOf(isMeant).map((folder) => `tests/${folder}/`),
  ]
  return isAsked('core')
    ? pathsOf((wing) => !isAsked(wing)).flatMap((path) => ['--exclude', path.replace(/\/$/, '/**')])
    : pathsOf(isAsked)
}

function vitest(project: string, filters: readonly string[]): Phase {
  const folder = mkdtempSync(join(tmpdir(), 'test-results-'))
  const file = join(folder, 'results.json')
  const began = performance.now()
  const { status } = spawnSync('vitest', ['run', '--project', project, ...filters], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TEST_RESULTS: file },
  })
  const seconds = (performance.now() - began) / 1000
  const results = readResults(file)
  rmSync(folder, { recursive: true })
  return { title: `${project} tests`, seconds, exitCode: status ?? 1, results }
}

/** Where vitest ended without a report, its exit code says what is to be said. */
function readResults(file: string): Results {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return nothing
  }
}

/** What failed, once more where a reader looks first: at the end. */
function failures(phases: readonly Phase[]): string {
  const told = phases
    .flatMap(({ results }) => results.testResults)
    .flatMap(({ name, status, message, assertionResults }) => {
      const failed = assertionResults
        .filter((test) => test.status === 'failed')
        .map((test) => ({ title: test.fullName, text: (test.failureMessages ?? []).join('\n') }))
      if (failed.length === 0 && status === 'failed') failed.push({ title: 'the file', text: message })
      return failed.map(({ title, text }) => {
        const lines = stripVTControlCharacters(text).split('\n').slice(0, failureLines)
        return `${relative(root, name)} > ${title}\n${lines.map((line) => `    ${line}`).join('\n')}\n`
      })
    })
  return told.length === 0 ? '' : `What failed:\n${told.join('')}\n`
}

function summary(phases: readonly Phase[]): string {
  const titles = phases.map(({ title, seconds, results }) => {
    const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : ''
    return `${minutes(seconds)}  ${title}: ${results.numPassedTests} passed, ${results.numFailedTests} failed${skipped}`
  })
  const files = phases
    .flatMap(({ results }) => results.testResults)
    .map(({ name, startTime, endTime }) => ({
      name: relative(root, name),
      seconds: (endTime - startTime) / 1000,
    }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, slowestFiles)
    .map(({ name, seconds }) => `${minutes(seconds)}    ${name}`)
  return `Where the time went (files run beside each other):\n${[...titles, ...files].join('\n')}\n`
}

function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`.padStart(7)
}

function sum(phases: readonly Phase[], key: 'numPassedTests' | 'numFailedTests'): number {
  return phases.reduce((total, { results }) => total + results[key], 0)
}
