import { AppError } from './app-error.ts'

export type Gate = <T>(task: () => Promise<T>) => Promise<T>

export interface GateOptions {
  /** Tasks that run at a time. */
  readonly concurrencyMax: number
  /** Tasks that wait, in their order; one more is refused as unavailable. Default: no bound. */
  readonly queueMax?: number
  /** What who is refused is told. */
  readonly busy?: string
}

/** Lets tasks run, some at a time. */
export function createGate(options: GateOptions): Gate {
  const { concurrencyMax, queueMax = Number.POSITIVE_INFINITY, busy = 'Too much at once' } = options
  const waiting: (() => void)[] = []
  let running = 0
  return async (task) => {
    if (running >= concurrencyMax) {
      if (waiting.length >= queueMax) throw new AppError('unavailable', busy)
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running++
    try {
      return await task()
    } finally {
      // The place goes on to the next one, or back.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
