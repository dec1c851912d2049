import { expect, test } from 'vitest'
import { createLimit } from './limit.ts'

test('runs as many tasks at once as it may, and the others in their order, failed ones too', async () => {
  const limit = createLimit(2)
  const began: number[] = []
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<number>())
  const results = gates.map((gate, i) =>
    limit(() => {
      began.push(i)
      return gate.promise
    }),
  )
  const settled = Promise.allSettled(results)
  expect(began).toEqual([0, 1])
  gates[1]?.reject(new Error('failed'))
  await results[1]?.catch(() => {})
  expect(began).toEqual([0, 1, 2])
  for (const [i, gate] of gates.entries()) gate.resolve(i)
  expect((await settled).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ])
  expect(began).toEqual([0, 1, 2, 3, 4])
})
