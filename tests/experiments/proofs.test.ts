import type { Experiment } from '@polyservice-lab/experiments'
import { expect, test } from 'vitest'
import { runShort, testedExperiments, useLabPool } from './support/hold.ts'

const pool = useLabPool()

/** The same experiment, but nothing is broken. */
function withoutFault(experiment: Experiment): Experiment {
  return {
    ...experiment,
    prepare: async (run) => {
      const plan = await experiment.prepare(run)
      const nothing = { what: 'nothing', run: () => {} }
      return { ...plan, fault: nothing, undo: nothing, proof: { ...plan.proof, withinMs: 500 } }
    },
  }
}

test.each(testedExperiments)(
  '$name proves nothing when nothing is broken',
  { timeout: 90_000 },
  async (experiment) => {
    const { verdict, timeline } = await runShort(pool, withoutFault(experiment))
    const failed = timeline.checks.filter(({ holds }) => !holds).map(({ isProof }) => isProof)
    expect({ verdict, failed }).toEqual({ verdict: 'proves nothing', failed: [true] })
  },
)
