import { setTimeout } from 'node:timers/promises'
import { abortError, type RetryOptions } from './call-options.ts'
import { LabError } from './lab-error.ts'
import { describeRetry, type Tell } from './wire.ts'

/** Why an outcome is worth a retry, and the pause in ms that the server asks for. */
export interface Fault {
  readonly error: LabError
  readonly delayMs?: number | undefined
}

export interface RetryContext {
  readonly retries: RetryOptions | false | undefined
  /** Ends a pause. */
  readonly signal: AbortSignal
  /** The time of performance.now() after which no retry would be heard. */
  readonly deadline?: number | undefined
  readonly tell: Tell | undefined
}

/** The options with their defaults. */
export function retrySettings({ retriesMax = 8, delayMs = 100, delayMsMax = 5_000 }: RetryOptions) {
  return { retriesMax, delayMs, delayMsMax }
}

/** The pause before the n-th retry, n from 1: exponential, with jitter so that clients do not come back together. */
export function backoffMs(n: number, options: RetryOptions): number {
  const { delayMs, delayMsMax } = retrySettings(options)
  const ceiling = Math.min(delayMsMax, delayMs * 2 ** (n - 1))
  return ceiling * (0.5 + Math.random() / 2)
}

/** Counts the retries of one thing, and pauses before each. */
export class Retrier {
  readonly #context: RetryContext
  #number = 0

  constructor(context: RetryContext) {
    this.#context = context
  }

  /** Something went well: what fails from now on is a first failure. */
  progress(): void {
    this.#number = 0
  }

  /**
   * Pauses before a retry. @returns false, at once, where none is to be made: there is no fault, retries are off or used
   * up, or the pause would outlast the deadline
   * @throws LabError of the signal
   */
  async again(fault: Fault | undefined): Promise<boolean> {
    const { retries, signal, deadline = Number.POSITIVE_INFINITY, tell } = this.#context
    if (!retries || fault === undefined || this.#number >= retrySettings(retries).retriesMax) return false
    const delayMs = fault.delayMs ?? backoffMs(this.#number + 1, retries)
    if (performance.now() + delayMs >= deadline) return false
    this.#number += 1
    tell?.(describeRetry({ number: this.#number, delayMs, error: fault.error }))
    await pause(delayMs, signal)
    return true
  }
}

/**
 * Repeats an attempt as long as `judge` finds a fault in its outcome that is worth it; then the last outcome stands.
 * @throws LabError of the last attempt, or of the signal
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  judge: (outcome: T | LabError) => Fault | undefined,
  context: RetryContext,
): Promise<T> {
  const retrier = new Retrier(context)
  for (;;) {
    const outcome = await attempt().catch(toLabError)
    if (await retrier.again(judge(outcome))) continue
    if (outcome instanceof LabError) throw outcome
    return outcome
  }
}

/** A peer that was not there, or went away: worth another connection. */
export function lostPeer(outcome: unknown): Fault | undefined {
  if (!(outcome instanceof LabError) || outcome.code !== 'unavailable') return undefined
  return { error: outcome, delayMs: outcome.retryAfterMs }
}

/** Retry-After (RFC 9110, 10.2.3) in ms: seconds or a date; undefined where there is none. */
export function retryAfterMs(header: string | null | undefined, now = Date.now()): number | undefined {
  const value = header?.trim()
  if (!value) return undefined
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal })
  } catch {
    throw abortError(signal)
  }
}

function toLabError(error: unknown): LabError {
  if (error instanceof LabError) return error
  throw error
}
