import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { closeCodes, WebSocketFault } from '@polyservice-lab/contracts/ws-echo'
import { AppError } from '@polyservice-lab/service-kit/app-error'

/** Each fault in the words of this protocol: an HTTP status before the upgrade, a close code after it. */
export const faults = {
  invalid_argument: { status: 400, close: 1007 },
  unauthenticated: { status: 401, close: 3000 },
  permission_denied: { status: 403, close: 3003 },
  not_found: { status: 404, close: 1008 },
  already_exists: { status: 409, close: 1008 },
  failed_precondition: { status: 412, close: 1008 },
  out_of_range: { status: 416, close: 1008 },
  resource_exhausted: { status: 413, close: 1009 },
  insufficient_storage: { status: 507, close: 1013 },
  cancelled: { status: 408, close: 1001 },
  deadline_exceeded: { status: 504, close: 3008 },
  unimplemented: { status: 501, close: 1003 },
  unavailable: { status: 503, close: 1013 },
  internal: { status: 500, close: 1011 },
} as const satisfies Record<ErrorCode, { status: number; close: number }>

/** What ended a connection, from a fault of its client or an error of its socket. */
export function codeOfConnectionError(error: NodeJS.ErrnoException): ErrorCode {
  if (error instanceof WebSocketFault) {
    const { messageTooBig, policyViolation } = closeCodes
    const isLimit = error.closeCode === messageTooBig || error.closeCode === policyViolation
    return isLimit ? 'resource_exhausted' : 'invalid_argument'
  }
  if (error instanceof AppError) return error.code
  // The network, or a client that left while it was written to.
  if (error.syscall !== undefined || error.code?.startsWith('ERR_STREAM_')) return 'cancelled'
  return 'internal'
}
