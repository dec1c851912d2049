import {
  type Experiment,
  experiments,
  LabPool,
  type Outcome,
  runExperiment,
} from '@polyservice-lab/experiments'
import { afterAll, expect, test } from 'vitest'

const seconds = 1_000

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
  const mine = experiments.filter((_experiment, i) => i % 2 === remainder)
  test.each(mine)('$name holds', { timeout: 180 * seconds }, async (experiment) => {
    const { verdict, error, timeline } = await runShort(pool, experiment)
    const failed = timeline.checks.filter(({ holds }) => !holds).map(({ that, saw }) => `${that}: ${saw}`)
    expect({ verdict, error, failed }).toEqual({ verdict: 'holds', error: undefined, failed: [] })
  })
}
