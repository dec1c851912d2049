import type { ErrorCode } from '@polyservice-lab/contracts/errors'

/** What an HTTP status means, as the answer to a REST call or to the handshake of a WebSocket. */
export const codeOfHttpStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_argument',
  401: 'unauthenticated',
  403: 'permission_denied',
  404: 'not_found',
  405: 'unimplemented',
  408: 'deadline_exceeded',
  409: 'failed_precondition',
  412: 'failed_precondition',
  413: 'resource_exhausted',
  415: 'invalid_argument',
  416: 'out_of_range',
  422: 'invalid_argument',
  426: 'unimplemented',
  429: 'resource_exhausted',
  431: 'resource_exhausted',
  499: 'cancelled',
  500: 'internal',
  501: 'unimplemented',
  502: 'unavailable',
  503: 'unavailable',
  504: 'deadline_exceeded',
  505: 'unimplemented',
  507: 'insufficient_storage',
}
