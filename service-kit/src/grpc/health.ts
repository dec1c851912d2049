import { once } from 'node:events'
import type { DescService } from '@bufbuild/protobuf'
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '@polyservice-lab/contracts/grpc'
import { AppError } from '../app-error.ts'
import { type Route, serveMethods } from './handlers.ts'

/**
 * grpc.health.v1.Health over the services that are served; the empty name stands for all of them.
 * @param draining aborted when they are served no longer
 */
export function healthRoutes(services: readonly DescService[], draining: AbortSignal): readonly Route[] {
  const known = new Set(['', ...services.map(({ typeName }) => typeName)])
  const statusOf = (service: string) => {
    if (!known.has(service)) return ServingStatus.SERVICE_UNKNOWN
    return draining.aborted ? ServingStatus.NOT_SERVING : ServingStatus.SERVING
  }
  return serveMethods(Health, {
    check({ service }) {
      if (!known.has(service)) throw new AppError('not_found', 'there is no service of this name')
      return { status: statusOf(service) }
    },

    async *watch({ service }, { signal }) {
      yield { status: statusOf(service) }
      if (!draining.aborted) {
        await once(AbortSignal.any([draining, signal]), 'abort')
        signal.throwIfAborted()
        if (known.has(service)) yield { status: statusOf(service) }
      }
      throw new AppError('unavailable', 'the server is shutting down')
    },
  })
}
