import { expect, test } from 'vitest'
import { createGate } from './gate.ts'

test('lets so many in at a time, the others in their order, and refuses who finds the queue full', async () => {
  const gate = createGate({ concurrencyMax: 2, queueMax: 2, busy: 'Too many logins at once' })
  const order: string[] = []
  const leave: Record<string, () => void> = {}
  const enter = (name: string) =>
    gate(async () => {
      order.push(name)
      await new Promise<void>((resolve) => (leave[name] = resolve))
    })
  const inside = [enter('a'), enter('b'), enter('c'), enter('d')]
  await expect(enter('e')).rejects.toMatchObject({ code: 'unavailable', message: 'Too many logins at once' })
  expect(order).toEqual(['a', 'b'])
  leave['b']?.()
  await inside[1]
  expect(order).toEqual(['a', 'b', 'c'])
  for (const name of ['a', 'c']) leave[name]?.()
  await Promise.all([inside[0], inside[2]])
  leave['d']?.()
  await inside[3]
  expect(order).toEqual(['a', 'b', 'c', 'd'])
})

test('a task that fails makes room all the same', async () => {
  const gate = createGate({ concurrencyMax: 1, queueMax: 0 })
  await expect(gate(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await gate(async () => 'yes')).toBe('yes')
})
