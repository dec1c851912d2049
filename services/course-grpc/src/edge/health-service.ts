import { once } from 'node:events'
import {
  type Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '@polyservice-lab/contracts/course-grpc'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Handlers } from './transport/handlers.ts'

/**
 * grpc.health.v1.Health over the names of the services that are served; the empty name stands for all of them.
 * They are served until the server drains.
 */
export function healthHandlers(services: readonly string[]): Handlers<typeof Health> {
  const known = new Set(['', ...services])
  const statusNow = (draining: AbortSignal) =>
    draining.aborted ? ServingStatus.NOT_SERVING : ServingStatus.SERVING

  return {
    check({ service }, { draining }) {
      if (!known.has(service)) throw new AppError('not_found', 'there is no service of this name')
      return { status: statusNow(draining) }
    },

    async *watch({ service }, { draining, signal }) {
      const isKnown = known.has(service)
      yield { status: isKnown ? statusNow(draining) : ServingStatus.SERVICE_UNKNOWN }
      if (!draining.aborted) {
        await once(AbortSignal.any([draining, signal]), 'abort')
        signal.throwIfAborted()
        if (isKnown) yield { status: statusNow(draining) }
      }
      throw new AppError('unavailable', 'the server is shutting down')
    },
  }
}
