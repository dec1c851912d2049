import { expect, test } from 'vitest'
import { LabError } from './lab-error.ts'
import { backoffMs, lostPeer, Retrier } from './retries.ts'
import type { WireNote } from './wire.ts'

const lost = lostPeer(new LabError('unavailable', 'gone'))

test('each pause is at most twice the one before, at least half of that, and has a limit', () => {
  const options = { delayMs: 100, delayMsMax: 1_000 }
  for (const [n, ceiling] of [
    [1, 100],
    [2, 200],
    [3, 400],
    [4, 800],
    [5, 1_000],
    [1_100, 1_000],
  ] as const)
    for (let i = 0; i < 50; i++) {
      const delayMs = backoffMs(n, options)
      expect(delayMs).toBeGreaterThanOrEqual(ceiling / 2)
      expect(delayMs).toBeLessThanOrEqual(ceiling)
    }
})

test('gives up when retries are used up, and begins anew after progress', async () => {
  const notes: WireNote[] = []
  const { signal } = new AbortController()
  const retrier = new Retrier({
    retries: { retriesMax: 2, delayMs: 1 },
    signal,
    tell: (note) => notes.push(note),
  })
  const some = [await retrier.again(lost), await retrier.again(lost), await retrier.again(lost)]
  retrier.progress()
  expect([...some, await retrier.again(lost)]).toEqual([true, true, false, true])
  expect(notes.map(({ retry }) => retry?.number)).toEqual([1, 2, 1])
})

test('gives up at once where there is no fault, retries are off, or the pause would outlast the deadline', async () => {
  const { signal } = new AbortController()
  const common = { signal, tell: undefined }
  expect(await new Retrier({ ...common, retries: {} }).again(undefined)).toBe(false)
  expect(await new Retrier({ ...common, retries: false }).again(lost)).toBe(false)
  const soon = {
    ...common,
    retries: { delayMs: 60_000, delayMsMax: 60_000 },
    deadline: performance.now() + 1_000,
  }
  expect(await new Retrier(soon).again(lost)).toBe(false)
})

test('the signal ends a pause', async () => {
  const controller = new AbortController()
  const retries = { delayMs: 600_000, delayMsMax: 600_000 }
  const pausing = new Retrier({ retries, signal: controller.signal, tell: undefined }).again(lost)
  controller.abort()
  await expect(pausing).rejects.toMatchObject({ code: 'cancelled' })
})
