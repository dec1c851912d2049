import { expect, test } from 'vitest'
import { SendBudget } from './send-budget.ts'

function setup(bytesMax: number) {
  const budget = new SendBudget(bytesMax)
  const cut: string[] = []
  const client = (name: string) => {
    const waiting = { cutOff: () => cut.push(name) }
    return (bytes: number) => budget.hold(waiting, bytes)
  }
  return { budget, cut, client }
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

test('cuts off a client that waits alone only when another one wants to send', async () => {
  const { budget, cut, client } = setup(100)
  const a = client('a')
  a(1_000)
  a(2_000)
  expect(cut).toEqual([])
  const room = budget.turn(1)
  expect(cut).toEqual(['a'])
  a(0)
  await room
})

test('has room again when those that were cut off are gone, not before', async () => {
  const { budget, client } = setup(100)
  const [a, b] = [client('a'), client('b')]
  a(90)
  b(90)
  let hasRoom = false
  const room = budget.turn(1).then(() => {
    hasRoom = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(hasRoom).toBe(false)
  a(0)
  await room
  await budget.turn(1)
})

test('lets those that have much to send go on in their order, some in each turn of the event loop', async () => {
  const { budget } = setup(100)
  const mebibyte = 1_048_576
  const sent: number[] = []
  const all = Array.from({ length: 20 }, (_, i) => budget.turn(mebibyte).then(() => sent.push(i)))
  await Promise.resolve()
  const inFirstTurn = sent.length
  expect(inFirstTurn).toBeLessThan(10)
  await Promise.all(all)
  expect(sent).toEqual(Array.from({ length: 20 }, (_, i) => i))
})
