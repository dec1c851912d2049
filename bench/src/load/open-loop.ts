import { setImmediate } from 'node:timers/promises'
import type { Channel } from './workload.ts'

export interface OpenLoop {
  /** Operations a second, at even distances. */
  readonly rate: number
  readonly seconds: number
}

/**
 * Makes operations on a schedule that does not wait for answers, and measures each from the moment when it was due:
 * one that could not leave in time, because all channels were taken, has waited (no coordinated omission).
 * @returns the latency of each operation in ms
 */
export async function runOpenLoop(
  channels: readonly Channel[],
  { rate, seconds }: OpenLoop,
  failed: Promise<never>,
): Promise<Float64Array> {
  const total = Math.max(1, Math.round(rate * seconds))
  const latencies = new Float64Array(total)
  const idle = [...channels]
  const begun = performance.now()
  const due = (operation: number) => begun + (operation * 1000) / rate
  let next = 0
  let finished = 0
  let failure: unknown
  failed.catch((error: unknown) => {
    failure = error
  })

  while (finished < total) {
    if (failure !== undefined) throw failure
    const now = performance.now()
    while (next < total && due(next) <= now) {
      const channel = idle.shift()
      if (channel === undefined) break
      const operation = next++
      channel.call(() => {
        latencies[operation] = performance.now() - due(operation)
        finished += 1
        idle.push(channel)
      })
    }
    // Timers of a millisecond are too coarse; the load has a core of its own to spin on.
    await setImmediate()
  }
  return latencies
}
