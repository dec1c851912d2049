import {
  type Experiment,
  experiments,
  LabPool,
  type Outcome,
  runExperiment,
} from '@polyservice-lab/experiments'
import { afterAll, expect, test } from 'vitest'
import { runsEverything } from '../../support/subject.ts'

const seconds = 1_000

/** Take minutes each, for the six services that they start. */
const long: readonly string[] = [
  'kill-anything',
  'orchestrator-dies-between-two-steps',
  'card-times-out-after-charging',
]

/** The experiments that a gate has the time for, or all of them. */
export const testedExperiments = experiments.filter(({ name }) => runsEverything || !long.includes(name))

/** A lab for the experiments of a file, one after the other. */
export function useLabPool(): LabPool {
  const pool = new LabPool()
  afterAll(() => pool[Symbol.asyncDispose]())
  return pool
}

/** Runs an experiment in its short form. */
export async function runShort(
  pool: LabPool,
  experiment: Experiment,
  signal = new AbortController().signal,
): Promise<Outcome> {
  await using lease = await pool.lease(experiment)
  return await runExperiment(experiment, { lab: lease.lab, size: 'short', signal })
}

/** A test for every second experiment: two files run them side by side. */
export function holdEverySecond(remainder: 0 | 1): void {
  const pool = useLabPool()
  const mine = testedExperiments.filter((_experiment, i) => i % 2 === remainder)
  test.each(mine)('$name holds', { timeout: 180 * seconds }, async (experiment) => {
    const { verdict, error, timeline } = await runShort(pool, experiment)
    const failed = timeline.checks.filter(({ holds }) => !holds).map(({ that, saw }) => `${that}: ${saw}`)
    expect({ verdict, error, failed }).toEqual({ verdict: 'holds', error: undefined, failed: [] })
  })
}
