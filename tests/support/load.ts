import { setTimeout } from 'node:timers/promises'
import { LabError, type LabErrorCode } from '@polyservice-lab/clients'
import type { Address } from './lab.ts'
import type { Subject } from './subject.ts'

/** One call of a load: when it began and ended, on the clock of performance.now(), and how. */
export interface Call {
  /** What the service was given. */
  readonly item: string
  readonly begun: number
  readonly ended: number
  readonly code: 'ok' | LabErrorCode
}

/** A load that runs: what came of it so far, and its end. */
export interface Load {
  readonly calls: readonly Call[]
  /** The items that the service said it has, in the order in which it said so. */
  readonly acknowledged: readonly string[]
  /** Resolves when no call is open any more. */
  readonly ended: Promise<unknown>
}

const workers = 4

/** Calls a service from a few workers at once, each call with an item of its own, until there were enough calls. */
export function startLoad(subject: Subject, address: Address, enough: (calls: number) => boolean): Load {
  const calls: Call[] = []
  const acknowledged: string[] = []
  let begun = 0

  async function work(): Promise<void> {
    while (!enough(begun)) {
      begun += 1
      const item = crypto.randomUUID()
      const started = performance.now()
      const code = await outcome(subject.call(address, item))
      calls.push({ item, begun: started, ended: performance.now(), code })
      if (code === 'ok') acknowledged.push(item)
      else await setTimeout(20)
    }
  }
  return { calls, acknowledged, ended: Promise.all(Array.from({ length: workers }, work)) }
}

async function outcome(call: Promise<unknown>): Promise<Call['code']> {
  try {
    await call
    return 'ok'
  } catch (error) {
    if (error instanceof LabError) return error.code
    throw error
  }
}
