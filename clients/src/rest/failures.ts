import type { RequestFault } from '@polyservice-lab/contracts/users-api'
import { codeOfHttpAnswer } from '../core/http-status.ts'
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
  return new LabError(codeOf(status, text, body), text || `unexpected status ${status}`, {
    status,
    violations,
    body,
    requestId: headers.get('x-request-id') ?? undefined,
  })
}

function codeOf(status: number, text: string, body: unknown) {
  if (status === alreadyExists.status && text.endsWith(alreadyExists.ending)) return 'already_exists'
  return codeOfHttpAnswer(status, body)
}

function describe({ field, description }: { field: string; description: string }): string {
  return `${field}: ${description}`
}
