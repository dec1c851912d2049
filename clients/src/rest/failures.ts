import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import type { Failure, RequestFault } from '@polyservice-lab/contracts/users-api'
import { LabError } from '../core/lab-error.ts'
import type { ApiResponse } from './api-response.ts'

const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_argument',
  401: 'unauthenticated',
  403: 'permission_denied',
  404: 'not_found',
  405: 'unimplemented',
  409: 'failed_precondition',
  413: 'resource_exhausted',
  422: 'invalid_argument',
  429: 'resource_exhausted',
  500: 'internal',
  501: 'unimplemented',
  503: 'unavailable',
  504: 'deadline_exceeded',
}

/** The error that an answer tells of. */
export function failureOf({ status, headers, body }: ApiResponse): LabError {
  const detail = (body as Partial<Failure> | undefined)?.detail
  const faults = Array.isArray(detail) ? (detail as readonly RequestFault[]) : []
  const violations = faults.map(({ loc, msg }) => ({
    field: loc.slice(1).join('.') || String(loc[0]),
    description: msg,
  }))
  const text = typeof detail === 'string' ? detail : violations.map(describe).join('; ')
  const requestId = headers.get('x-request-id')
  return new LabError(codeOf(status, text), text || `unexpected status ${status}`, {
    status,
    violations,
    body,
    ...(requestId === null ? {} : { requestId }),
  })
}

function codeOf(status: number, text: string) {
  // The API says with 403 that an email is taken.
  if (status === 403 && text.endsWith('already exists')) return 'already_exists'
  return codeOfStatus[status] ?? 'protocol_error'
}

function describe({ field, description }: { field: string; description: string }): string {
  return `${field}: ${description}`
}
