import { constants, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { hashSync, verifySync } from '@node-rs/argon2'

/** To hash a password, or to compare it with a hash. */
export interface HashTask {
  readonly password: string
  readonly hash?: string
}

export type HashAnswer = { readonly result: string | boolean } | { readonly failure: string }

/** OWASP's parameters for Argon2id, the library's default algorithm: 19 MiB, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

// On Linux a priority is that of the calling thread: this one gives way to the one that answers requests.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW)

parentPort?.on('message', ({ password, hash }: HashTask) => parentPort?.postMessage(answer(password, hash)))

function answer(password: string, hash: string | undefined): HashAnswer {
  try {
    return {
      result: hash === undefined ? hashSync(password, parameters) : verifySync(hash, password),
    }
  } catch (error) {
    return { failure: String(error) }
  }
}
