import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { createGate } from '@polyservice-lab/service-kit'
import type { Passwords } from '../domain/authentication.ts'
import type { HashAnswer, HashTask } from './hash-worker.ts'

export interface PasswordsOptions {
  /** How many are hashed at the same time; each takes 19 MiB and a processor. */
  readonly concurrencyMax: number
  /** How many may wait; more are refused as unavailable. */
  readonly queueMax: number
}

/**
 * Argon2id (RFC 9106) on threads of their own with a lower priority, so that neither libuv's pool nor the processor
 * keeps the rest of the service waiting.
 */
export function createPasswords(options: PasswordsOptions): Passwords & AsyncDisposable {
  const workers = Array.from({ length: options.concurrencyMax }, startWorker)
  const idle = [...workers]
  const gate = createGate({ ...options, busy: 'Too many logins at once' })

  const run = (task: HashTask) =>
    gate(async () => {
      const worker = idle.pop() ?? startWorker()
      try {
        return await ask(worker, task)
      } finally {
        idle.push(worker)
      }
    })

  return {
    hash: async (password) => String(await run({ password })),
    async verify(known, password) {
      // Where there is nothing to compare with, a hash is made: it takes as long.
      const task = known === undefined ? { password } : { password, hash: known }
      return (await run(task)) === true
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./hash-worker.ts', import.meta.url))
}

async function ask(worker: Worker, task: HashTask): Promise<string | boolean> {
  worker.postMessage(task)
  const [answer] = (await once(worker, 'message')) as [HashAnswer]
  if ('result' in answer) return answer.result
  throw new Error(answer.failure)
}
