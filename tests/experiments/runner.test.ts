import { type Experiment, observation, type Plan } from '@polyservice-lab/experiments'
import { expect, test } from 'vitest'
import { runShort, useLabPool } from './support/hold.ts'

const pool = useLabPool()

/** An experiment that breaks nothing and holds, but for what a test changes. */
function harmless(undone: string[], changes: Partial<Plan> = {}): Experiment {
  return {
    name: 'harmless',
    title: 'Harmless',
    hypothesis: 'Nothing happens.',
    affects: [],
    prepare: () => ({
      fault: { what: 'nothing', run: () => {} },
      proof: { that: 'nothing happened', look: () => observation(true, 'nothing') },
      holdMs: 300,
      meanwhile: [],
      undo: { what: 'nothing to undo', run: () => undone.push('undone') },
      recovery: [],
      ...changes,
    }),
  }
}
const wrong = { that: 'one is two', look: () => observation(false, 'one') }

test.each([
  { name: 'a harmless one holds', changes: {}, verdict: 'holds', undone: 1 },
  {
    name: 'without a steady state nothing is broken',
    changes: { steady: [wrong] },
    verdict: 'proves nothing',
    undone: 0,
  },
  {
    name: 'a fault without its proof proves nothing',
    changes: { proof: wrong },
    verdict: 'proves nothing',
    undone: 1,
  },
  {
    name: 'what does not hold meanwhile fails it',
    changes: { meanwhile: [wrong] },
    verdict: 'does not hold',
    undone: 1,
  },
  {
    name: 'what does not recover fails it',
    changes: { recovery: [wrong] },
    verdict: 'does not hold',
    undone: 1,
  },
  {
    name: 'an error while breaking is told, and undone',
    changes: { fault: { what: 'an error', run: () => Promise.reject(new Error('broken')) } },
    verdict: 'failed',
    undone: 1,
  },
  {
    name: 'an undoing that fails is told',
    changes: { undo: { what: 'an error', run: () => Promise.reject(new Error('stuck')) } },
    verdict: 'failed',
    undone: 0,
  },
])('$name', async ({ changes, verdict, undone }) => {
  const done: string[] = []
  const outcome = await runShort(pool, harmless(done, changes))
  expect({ verdict: outcome.verdict, undone: done.length }).toEqual({ verdict, undone })
})

test('who is aborted in the middle of breaking finishes that, and undoes it', async () => {
  const order: string[] = []
  const stopping = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  const fault = {
    what: 'something slow',
    run: async () => {
      stopping.abort()
      queueMicrotask(resolve)
      await promise
      order.push('broken')
    },
  }
  const outcome = await runShort(pool, harmless(order, { fault }), stopping.signal)
  expect([outcome.verdict, ...order]).toEqual(['interrupted', 'broken', 'undone'])
})

test('a bystander that fails is noticed', async () => {
  const experiment: Experiment = {
    ...harmless([]),
    prepare: ({ lab }) => ({
      ...(harmless([]).prepare as () => Plan)(),
      fault: { what: 'pause a service that is not said to be affected', run: () => lab.wsEcho.pause() },
      undo: { what: 'unpause it', run: () => lab.wsEcho.unpause() },
    }),
    clients: { timeoutMs: { websocket: 200 } },
  }
  const { verdict, timeline } = await runShort(pool, experiment)
  expect(verdict).toBe('does not hold')
  expect(timeline.checks.find(({ holds }) => !holds)?.that).toContain('notice nothing')
})
