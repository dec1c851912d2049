import timers from 'node:timers/promises'
import type { Profile } from './profiles.ts'
import type { Progress } from './report/progress.ts'
import type { Case, Result, Scenario } from './scenario.ts'

/** So long a case may hang, before the others go on. */
const caseTimeoutMs = 180_000

/** Runs the cases of a profile one after the other; one that fails is reported as such and stops no other. */
export async function runScenarios(
  scenarios: readonly Scenario[],
  profile: Profile,
  progress: Progress,
): Promise<Result[]> {
  const plan = scenarios.flatMap((scenario) =>
    scenario.cases
      .filter((one) => profile.name === 'full' || one.profile === 'short')
      .map((one) => ({ scenario, one })),
  )
  const results: Result[] = []
  for (const [index, { scenario, one }] of plan.entries()) {
    progress.begin(index + 1, plan.length, `${scenario.name}: ${one.name}`)
    results.push(await runCase(scenario, one, profile, progress))
    progress.end()
  }
  return results
}

async function runCase(
  scenario: Scenario,
  { name, protocol, operation, parameters, run }: Case,
  profile: Profile,
  progress: Progress,
): Promise<Result> {
  const notes: string[] = []
  const bench = { profile, progress: progress.say, note: (text: string) => notes.push(text) }
  const late = timers.setTimeout(caseTimeoutMs, undefined, { ref: false }).then(() => {
    throw new Error(`took longer than ${caseTimeoutMs / 1000} s`)
  })
  const figures = await Promise.race([run(bench), late]).catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error)
    notes.push(`failed: ${text.replace(/\s+/g, ' ').slice(0, 400)}`)
    return {}
  })
  return { scenario: scenario.name, name, protocol, operation, parameters, figures, notes }
}
