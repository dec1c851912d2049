import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { AppError } from '@polyservice-lab/service-kit/app-error'

/** Every code of the lab as its google.rpc.Code. */
export const statusOf = {
  invalid_argument: 3,
  unauthenticated: 16,
  permission_denied: 7,
  not_found: 5,
  already_exists: 6,
  failed_precondition: 9,
  out_of_range: 11,
  resource_exhausted: 8,
  insufficient_storage: 8,
  cancelled: 1,
  deadline_exceeded: 4,
  unimplemented: 12,
  unavailable: 14,
  internal: 13,
} as const satisfies Record<ErrorCode, number>

/** What a caller may see of an error: itself, or that there was one. */
export function publicError(error: unknown): AppError {
  return error instanceof AppError && error.code !== 'internal'
    ? error
    : new AppError('internal', 'internal error')
}
