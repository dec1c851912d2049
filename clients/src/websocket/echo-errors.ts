import { codeOfHttpStatus } from '../core/http-status.ts'
import { LabError, type LabErrorCode } from '../core/lab-error.ts'

/** What a close code means (RFC 6455, 7.4, and the registry of IANA that goes on from it): those that services send. */
export const codeOfClose: Readonly<Record<number, LabErrorCode>> = {
  1000: 'unavailable',
  1001: 'unavailable',
  1002: 'protocol_error',
  1005: 'unavailable',
  1006: 'unavailable',
  1007: 'invalid_argument',
  1008: 'failed_precondition',
  1009: 'resource_exhausted',
  1011: 'internal',
  1012: 'unavailable',
  1013: 'unavailable',
}

/** The error of a handshake that was answered without an upgrade. */
export function refusedError(status: number, body: string, retryAfterMs: number | undefined): LabError {
  const line = body.trim().split('\n', 1)[0]
  const code = codeOfHttpStatus[status] ?? 'protocol_error'
  return new LabError(code, `refused with ${status}: ${line}`, { status, body, retryAfterMs })
}

/** The error of a connection on which nothing came, a ping not answered either. */
export function silentError(address: string, silentMs: number): LabError {
  return new LabError('unavailable', `${address} has answered nothing for ${silentMs} ms`)
}

/** The error of a connection that ended before its replies were complete. */
export function closedError(closeCode: number, reason: string): LabError {
  const text = reason === '' ? `closed with ${closeCode}` : `closed with ${closeCode}: ${reason}`
  return new LabError(codeOfClose[closeCode] ?? 'protocol_error', text, { status: closeCode })
}
