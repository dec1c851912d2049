import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { createGraphqlErrors } from '@polyservice-lab/service-kit/graphql'

/** The `extensions.code` of each error code; what is only of HTTP is BAD_REQUEST. */
const codes = {
  invalid_argument: 'INVALID_ARGUMENT',
  unauthenticated: 'UNAUTHENTICATED',
  permission_denied: 'PERMISSION_DENIED',
  not_found: 'NOT_FOUND',
  already_exists: 'ALREADY_EXISTS',
  failed_precondition: 'FAILED_PRECONDITION',
  out_of_range: 'OUT_OF_RANGE',
  resource_exhausted: 'RESOURCE_EXHAUSTED',
  insufficient_storage: 'UNAVAILABLE',
  cancelled: 'BAD_REQUEST',
  deadline_exceeded: 'BAD_REQUEST',
  unimplemented: 'BAD_REQUEST',
  unavailable: 'UNAVAILABLE',
  internal: 'INTERNAL',
} as const satisfies Record<ErrorCode, string>

export const { toWire, ...errors } = createGraphqlErrors(codes)
