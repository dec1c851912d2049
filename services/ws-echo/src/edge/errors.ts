import type { ErrorCode } from '@polyservice-lab/contracts/errors'

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
  cancelled: { status: 408, close: 1001 },
  deadline_exceeded: { status: 504, close: 3008 },
  unimplemented: { status: 501, close: 1003 },
  unavailable: { status: 503, close: 1013 },
  internal: { status: 500, close: 1011 },
} as const satisfies Record<ErrorCode, { status: number; close: number }>

/** Close code of a server that goes away (RFC 6455, 7.4.1). */
export const goingAway = 1001

/** What ended a connection, from the error that `ws` or its socket reports for it. */
export function codeOfConnectionError(error: NodeJS.ErrnoException): ErrorCode {
  const { code = '', syscall } = error
  if (/^WS_ERR_(UNSUPPORTED|TOO_MANY)/.test(code)) return 'resource_exhausted'
  if (/^(WS_ERR|Z)_/.test(code)) return 'invalid_argument'
  // The network, or a client that left while it was written to.
  if (syscall !== undefined || code.startsWith('ERR_STREAM_')) return 'cancelled'
  return 'internal'
}
