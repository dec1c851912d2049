import { expect, test } from 'vitest'
import { ReceiveBudget } from './receive-budget.ts'

test('refuses whoever would hold more than is left, and forgets what was refused', () => {
  const budget = new ReceiveBudget(100)
  const [first, second] = [budget.open(), budget.open()]
  first.hold(60)
  expect(() => second.hold(41)).toThrow('too many unfinished messages')
  second.hold(40)
  expect(() => first.hold(61)).toThrow('too many unfinished messages')
})

test('has room again for what is given back', () => {
  const budget = new ReceiveBudget(100)
  const second = budget.open()
  {
    using first = budget.open()
    first.hold(90)
    first.hold(50)
    second.hold(50)
  }
  second.hold(100)
})

test('lets the only one have more, and nobody besides', () => {
  const budget = new ReceiveBudget(100)
  const first = budget.open()
  first.hold(1_000)
  expect(() => budget.open().hold(1)).toThrow('too many unfinished messages')
  first.hold(2_000)
})
