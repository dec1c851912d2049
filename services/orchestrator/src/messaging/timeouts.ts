import type { Logger } from '@polyservice-lab/service-kit'
import { timeOut } from '../domain/saga.ts'
import type { SagaStore } from '../domain/saga-store.ts'

const sweepMsMax = 250
const batchMax = 200
/** A process that did not run, or had no database, for so long has heard no answers either: all wait in full again. */
const silenceMs = 3_000

export interface TimeoutsOptions {
  readonly store: SagaStore
  readonly isConnected: () => boolean
  readonly stepTimeoutMs: number
  readonly stepTriesMax: number
  readonly now: () => Date
  readonly logger: Logger
}

export interface Timeouts extends AsyncDisposable {
  /** All commands wait in full again. */
  restart(): void
}

/** Looks for commands without an answer, as long as the broker could have brought one. */
export function watchTimeouts(options: TimeoutsOptions): Timeouts {
  const { store, isConnected, stepTimeoutMs, stepTriesMax, now, logger } = options
  let heardSince = now()
  let sweptAt = now()
  let sweeping: Promise<void> | undefined

  async function sweep(): Promise<void> {
    const time = now()
    if (time.getTime() - sweptAt.getTime() > silenceMs || !isConnected()) heardSince = time
    sweptAt = time
    const before = new Date(time.getTime() - stepTimeoutMs)
    if (heardSince > before) return
    for (const overdue of await store.overdue(before, batchMax))
      await store.changeOverdue(overdue, (saga) => timeOut(saga, stepTriesMax, now()))
  }

  const timer = setInterval(
    () => {
      sweeping ??= sweep()
        .catch((error: unknown) => {
          heardSince = now()
          logger.debug({ err: error }, 'sagas are not to be had')
        })
        .finally(() => {
          sweeping = undefined
        })
    },
    Math.min(sweepMsMax, stepTimeoutMs / 4),
  )
  return {
    restart() {
      heardSince = now()
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await sweeping
    },
  }
}
