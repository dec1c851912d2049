import type { Metrics } from '@polyservice-lab/service-kit'
import { Gauge, Histogram } from 'prom-client'
import { type LetterStore, letterStates } from './domain/dead-letter.ts'
import { type Saga, sagaStates } from './domain/saga.ts'
import type { SagaReads } from './domain/saga-store.ts'
import { steps } from './domain/steps.ts'

/** How long a scrape waits for the database, in ms. */
const patienceMs = 1_000
const outcomes = ['ok', 'refused', 'timeout']
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Shows how many sagas and dead letters are in each state; the last known numbers while the database is away. */
export function showCounts({ registry }: Metrics, sagas: SagaReads, letters: LetterStore): void {
  const show = <State extends string>(
    name: string,
    help: string,
    states: readonly State[],
    count: () => Promise<ReadonlyMap<State, number>>,
  ) => {
    const gauge = new Gauge({
      ...{ name, help, labelNames: ['state'], registers: [registry] },
      async collect() {
        const counted = count().then(
          (counts) => {
            for (const state of states) this.set({ state }, counts.get(state) ?? 0)
          },
          () => {},
        )
        await Promise.race([counted, new Promise((resolve) => setTimeout(resolve, patienceMs))])
      },
    })
    for (const state of states) gauge.set({ state }, 0)
  }
  show('saga_sagas', 'Sagas by state', sagaStates, async () => sagas.countByState())
  show('saga_dead_letters', 'Dead letters by state', letterStates, async () => letters.countByState())
}

/** Measures steps that ended. @returns is to be told of each saga that changed */
export function measureSteps({ registry }: Metrics): (saga: Saga, before: Saga | undefined) => void {
  const seconds = new Histogram({
    name: 'saga_step_seconds',
    help: 'How long steps took, by how they ended',
    labelNames: ['step', 'outcome'],
    buckets,
    registers: [registry],
  })
  for (const [step, row] of Object.entries(steps))
    for (const outcome of outcomes) if (outcome === 'ok' || 'refused' in row) seconds.zero({ step, outcome })
  return (saga, before) => {
    for (const [i, { name, state, startedAt, endedAt }] of saga.steps.entries())
      if (endedAt !== null && before?.steps[i]?.endedAt === null)
        seconds.observe({ step: name, outcome: state }, (endedAt.getTime() - startedAt.getTime()) / 1000)
  }
}
