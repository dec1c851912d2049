import { AppError } from '@polyservice-lab/service-kit/app-error'

export type Gate = <T>(task: () => Promise<T>) => Promise<T>

/** Runs tasks, some at a time; others wait in order, and what would wait too long is refused as unavailable. */
export function createGate(limits: { readonly concurrencyMax: number; readonly queueMax: number }): Gate {
  const waiting: (() => void)[] = []
  let running = 0
  return async (task) => {
    if (running >= limits.concurrencyMax) {
      if (waiting.length >= limits.queueMax) throw new AppError('unavailable', 'Too many logins at once')
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
