import { expect, test } from 'vitest'
import { SendBudget } from './send-budget.ts'

function setup(bytesMax: number) {
  const budget = new SendBudget(bytesMax)
  const cut: string[] = []
  const client = (name: string) => {
    const waiting = {
      cutOff: () => {
        cut.push(name)
        // As a connection does that is closed.
        budget.hold(waiting, 0)
      },
    }
    return (bytes: number) => budget.hold(waiting, bytes)
  }
  return { cut, client }
}

test('cuts off those that have waited longest until the rest fits', () => {
  const { cut, client } = setup(100)
  const [a, b, c] = [client('a'), client('b'), client('c')]
  a(40)
  b(40)
  a(50)
  expect(cut).toEqual([])
  c(90)
  expect(cut).toEqual(['a', 'b'])
  c(100)
  expect(cut).toEqual(['a', 'b'])
})

test('counts a wait that ended and begins again from its new begin', () => {
  const { cut, client } = setup(100)
  const [a, b] = [client('a'), client('b')]
  a(60)
  b(30)
  a(0)
  a(80)
  expect(cut).toEqual(['b'])
})

test('never cuts off a client that waits alone', () => {
  const { cut, client } = setup(100)
  const [a, b] = [client('a'), client('b')]
  a(1_000)
  a(2_000)
  expect(cut).toEqual([])
  b(1)
  expect(cut).toEqual(['a'])
})
