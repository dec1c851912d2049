import { LabError, type LabErrorCode } from '../core/lab-error.ts'

/** How a server refuses: an HTTP status before the upgrade, a close code after it (RFC 6455, 7.4). */
const codes: Readonly<Record<number, LabErrorCode>> = {
  400: 'invalid_argument',
  401: 'unauthenticated',
  403: 'permission_denied',
  404: 'not_found',
  405: 'unimplemented',
  426: 'unimplemented',
  500: 'internal',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
  505: 'unimplemented',
  1000: 'unavailable',
  1001: 'unavailable',
  1002: 'protocol_error',
  1003: 'invalid_argument',
  1005: 'unavailable',
  1006: 'unavailable',
  1007: 'invalid_argument',
  1008: 'failed_precondition',
  1009: 'resource_exhausted',
  1010: 'unimplemented',
  1011: 'internal',
  1012: 'unavailable',
  1013: 'unavailable',
  3000: 'unauthenticated',
  3003: 'permission_denied',
  3008: 'deadline_exceeded',
}

/** The error of a handshake that was answered without an upgrade. */
export function refusedError(status: number, body: string): LabError {
  const line = body.trim().split('\n', 1)[0]
  return new LabError(codes[status] ?? 'protocol_error', `refused with ${status}: ${line}`, { status, body })
}

/** The error of a connection that ended before its replies were complete. */
export function closedError(closeCode: number, reason: string): LabError {
  const text = reason === '' ? `closed with ${closeCode}` : `closed with ${closeCode}: ${reason}`
  return new LabError(codes[closeCode] ?? 'protocol_error', text, { status: closeCode })
}
