import { setTimeout } from 'node:timers/promises'
import type { Kysely, Transaction } from 'kysely'
import type { Counter } from 'prom-client'
import { AppError } from '../app-error.ts'
import { isRetryable } from './errors.ts'

const attemptsMax = 5
const pauseMs = 20

/**
 * Runs a transaction, and again when the server gave it up for the sake of another one, be it at its commit. The work
 * runs up to five times: it has no effect but through the transaction that it is given, and takes no other connection.
 * @throws AppError `unavailable` when it was given up each time
 */
export async function runTransaction<Schema, T>(
  database: Kysely<Schema>,
  work: (transaction: Transaction<Schema>) => Promise<T>,
  retries: Counter,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transaction().execute(work)
    } catch (error) {
      if (!isRetryable(error)) throw error
      if (attempt === attemptsMax)
        throw new AppError('unavailable', 'too many wanted to change the same at once', { cause: error })
    }
    retries.inc()
    await setTimeout(Math.random() * pauseMs * 2 ** attempt)
  }
}
