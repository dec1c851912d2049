import { AsyncLocalStorage } from 'node:async_hooks'

/** A call that is worked on. Its signal is aborted when nobody waits for the answer any more; the reason is an AppError. */
export interface Work {
  readonly signal: AbortSignal
}

const current = new AsyncLocalStorage<Work>()

/** Runs the task of a call: statements that the task sends to PostgreSQL are cancelled when the call ends before them. */
export function runWork<A extends readonly unknown[], T>(work: Work, task: (...args: A) => T, ...args: A): T {
  return current.run(work, task, ...args)
}

/** Runs what several calls may wait for: the end of the one that began it does not stop it. */
export function runShared<T>(task: () => T): T {
  return current.exit(task)
}

/** The signal of the call that this belongs to; undefined where there is none. */
export function workSignal(): AbortSignal | undefined {
  return current.getStore()?.signal
}
