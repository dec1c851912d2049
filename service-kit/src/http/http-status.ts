import type { ErrorCode } from '@polyservice-lab/contracts/errors'

/** The HTTP status of each code (RFC 9110, 15); a service overrides the rows that its contract fixes otherwise. */
export const httpStatuses = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  already_exists: 409,
  failed_precondition: 409,
  out_of_range: 416,
  resource_exhausted: 429,
  insufficient_storage: 507,
  cancelled: 499,
  deadline_exceeded: 504,
  unimplemented: 501,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorCode, number>
