import type { RequestFault } from '@polyservice-lab/contracts/users-api'
import { codeOfHttpStatus } from '../core/http-status.ts'
import { LabError } from '../core/lab-error.ts'
import type { ApiResponse } from './api-response.ts'

/** The API says with 403 that an email is taken; the text tells it from other refusals. */
export const alreadyExists = { status: 403, ending: 'already exists' } as const

/** The error that an answer tells of. */
export function failureOf({ status, headers, body }: ApiResponse): LabError {
  const detail = (body as { detail?: string | readonly RequestFault[] } | undefined)?.detail
  const faults = typeof detail === 'object' ? detail : []
  const violations = faults.map(({ loc, msg }) => ({
    field: loc.slice(1).join('.') || String(loc[0]),
    description: msg,
  }))
  const text = typeof detail === 'string' ? detail : violations.map(describe).join('; ')
  return new LabError(codeOf(status, text), text || `unexpected status ${status}`, {
    status,
    violations,
    body,
    requestId: headers.get('x-request-id') ?? undefined,
  })
}

function codeOf(status: number, text: string) {
  if (status === alreadyExists.status && text.endsWith(alreadyExists.ending)) return 'already_exists'
  return codeOfHttpStatus[status] ?? 'protocol_error'
}

function describe({ field, description }: { field: string; description: string }): string {
  return `${field}: ${description}`
}
