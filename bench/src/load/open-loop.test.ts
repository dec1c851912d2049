import { expect, test } from 'vitest'
import { runClosedLoop } from './closed-loop.ts'
import { runOpenLoop } from './open-loop.ts'
import type { Channel } from './workload.ts'

const never = new Promise<never>(() => {})

/** Answers when it is told to. */
function heldChannel() {
  const waiting: (() => void)[] = []
  const channel: Channel = { call: (done) => waiting.push(done), close: () => {} }
  return { channel, answer: () => waiting.shift()?.(), waiting }
}

test('an operation that had to wait for a channel is measured from when it was due', async () => {
  const { channel, answer, waiting } = heldChannel()
  const load = runOpenLoop([channel], { rate: 1000, seconds: 0.003 }, never)
  const begun = performance.now()
  while (performance.now() - begun < 50) await new Promise(setImmediate)
  const timer = setInterval(() => waiting.length > 0 && answer(), 1)
  const latencies = await load
  clearInterval(timer)
  // All three were due within 2 ms, and none was answered in the first 50.
  expect(latencies.length).toBe(3)
  for (const latency of latencies) expect(latency).toBeGreaterThan(40)
})

test('a closed loop keeps every channel busy and ends with the calls that it was given', async () => {
  let calls = 0
  let inFlight = 0
  let inFlightMax = 0
  const channel = (): Channel => ({
    call(done) {
      calls += 1
      inFlight += 1
      inFlightMax = Math.max(inFlightMax, inFlight)
      setImmediate(() => {
        inFlight -= 1
        done()
      })
    },
    close: () => {},
  })
  const done = await runClosedLoop([channel(), channel(), channel()], { calls: 100 }, never)
  expect(done.operations).toBe(100)
  expect(calls).toBe(100)
  expect(inFlightMax).toBe(3)
})

test('a failure ends both loops', async () => {
  const failed = Promise.reject(new Error('the server closed a connection'))
  const { channel } = heldChannel()
  await expect(runClosedLoop([channel], { calls: 1 }, failed)).rejects.toThrow('closed a connection')
  await expect(runOpenLoop([channel], { rate: 10, seconds: 1 }, failed)).rejects.toThrow(
    'closed a connection',
  )
})
