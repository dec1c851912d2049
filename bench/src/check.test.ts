import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Figure } from './measure/statistics.ts'
import { figure } from './measure/statistics.ts'
import { readGoals } from './report/report.ts'

const goals = readGoals()
let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lab-bench-'))
})
afterAll(() => rm(directory, { recursive: true }))

/** A report in which every goal is met exactly, but for those that `change` makes worse. */
async function check(change: (figure: string, met: number) => number) {
  const cases = Map.groupBy(goals, (goal) => `${goal.scenario}\n${goal.case}`)
  const results = [...cases.values()].map((group) => {
    const figures: Record<string, Figure> = {}
    for (const { figure: name, atLeast, atMost } of group)
      figures[name] = figure('x', [change(name, atLeast ?? atMost ?? 0)])
    return { scenario: group[0]?.scenario, name: group[0]?.case, figures, notes: [] }
  })
  const report = join(directory, 'report.json')
  await writeFile(report, JSON.stringify({ results }))
  return promisify(execFile)(process.execPath, [
    join(import.meta.dirname, 'check.ts'),
    '--report',
    report,
  ]).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  )
}

test('a report that meets its goals passes', { timeout: 60_000 }, async () => {
  const { code, stdout } = await check((_, met) => met)
  expect(stdout).toBe(`${goals.length} of ${goals.length} goals are met\n`)
  expect(code).toBe(0)
})

test('what fell short is named, and the check fails', { timeout: 60_000 }, async () => {
  const { code, stdout } = await check((name, met) => (name === 'speed/original' ? met / 2 : met))
  for (const { service, goal, atLeast = 0 } of goals.filter(({ figure }) => figure === 'speed/original'))
    expect(stdout).toContain(`fell short: ${service}: ${goal}: ${atLeast / 2}, asked ≥ ${atLeast}`)
  expect(code).toBe(1)
})
