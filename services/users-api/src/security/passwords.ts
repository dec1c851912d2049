import { once } from 'node:events'
import { availableParallelism, totalmem } from 'node:os'
import { Worker } from 'node:worker_threads'
import { AppError, createGate } from '@polyservice-lab/service-kit'
import type { Passwords } from '../domain/authentication.ts'
import type { HashAnswer, HashTask } from './hash-worker.ts'

interface PasswordsOptions {
  /** How many are hashed at the same time; each takes 19 MiB and a processor. */
  readonly concurrencyMax: number
  /** How many may wait; more are refused as unavailable. */
  readonly queueMax: number
}

/** Of the memory of the process for each thread: what a hash takes, the thread itself, and what they are beside. */
const bytesPerThread = 128 * 1_048_576

/** Leaves a processor to everything else, and fits beside the heap and the budgets. */
const defaults: PasswordsOptions = {
  concurrencyMax: Math.max(
    1,
    Math.min(4, availableParallelism() - 1, Math.floor(memoryBytes() / bytesPerThread)),
  ),
  queueMax: 500,
}

function memoryBytes(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
}

/**
 * Argon2id (RFC 9106) on threads of their own with a lower priority, so that neither libuv's pool nor the processor
 * keeps the rest of the service waiting. A thread that has ended takes its task with it, as unavailable, and the next
 * task gets a new one.
 */
export function createPasswords(options = defaults): Passwords & AsyncDisposable {
  const alive = new Set<Worker>()
  const idle: Worker[] = []
  const gate = createGate({ ...options, busy: 'Too many logins at once' })

  function startWorker(): Worker {
    const worker = new Worker(new URL('./hash-worker.ts', import.meta.url))
    alive.add(worker)
    // Its exit follows, and tells what waits for it.
    worker.on('error', () => {})
    worker.once('exit', () => alive.delete(worker))
    return worker
  }

  function takeWorker(): Worker {
    for (let worker = idle.pop(); worker !== undefined; worker = idle.pop())
      if (alive.has(worker)) return worker
    return startWorker()
  }

  const run = (task: HashTask) =>
    gate(async () => {
      const worker = takeWorker()
      try {
        return await ask(worker, task)
      } finally {
        if (alive.has(worker)) idle.push(worker)
      }
    })

  // They are there before the first login.
  for (let i = 0; i < options.concurrencyMax; i++) idle.push(startWorker())

  return {
    hash: async (password) => String(await run({ password })),
    async verify(known, password) {
      // Where there is nothing to compare with, a hash is made: it takes as long.
      const task = known === undefined ? { password } : { password, hash: known }
      return (await run(task)) === true
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...alive].map((worker) => worker.terminate()))
    },
  }
}

async function ask(worker: Worker, task: HashTask): Promise<string | boolean> {
  const ended = new AbortController()
  const end = () => ended.abort()
  worker.once('exit', end)
  try {
    worker.postMessage(task)
    const [answer] = (await once(worker, 'message', ended)) as [HashAnswer]
    if ('result' in answer) return answer.result
    throw new Error(answer.failure)
  } catch (error) {
    throw ended.signal.aborted
      ? new AppError('unavailable', 'The hash of the password was interrupted')
      : error
  } finally {
    worker.off('exit', end)
  }
}
