import { type ErrorCode, httpStatuses } from '@polyservice-lab/contracts/errors'
import { AppError } from '@polyservice-lab/service-kit'
import { type HttpAnswer, HttpError } from '@polyservice-lab/service-kit/http'
import { LoginLimitError } from '../domain/authentication.ts'
import { writeJson } from './json/write-json.ts'
import type { Fault } from './validation/fault.ts'

/** The status of each code: the rows that clients of this API know otherwise than HTTP has them. */
const statuses = {
  ...httpStatuses,
  invalid_argument: 422,
  already_exists: 403,
  out_of_range: 422,
} as const satisfies Record<ErrorCode, number>

/** Values of a request that are wrong: 422 with a list of faults. */
export class RequestInvalidError extends AppError {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super('invalid_argument', 'the request is not valid')
    this.name = 'RequestInvalidError'
    this.faults = faults
  }
}

/** The answer that tells of an error: its text is the `detail`; of an unknown error there is none. */
export function toWire(error: unknown): HttpAnswer {
  if (!(error instanceof AppError) || error.code === 'internal')
    return { status: statuses.internal, body: writeJson({ detail: 'Internal Server Error' }) }
  if (error instanceof RequestInvalidError) {
    const detail = error.faults.map((fault) => ({ ...fault }))
    return { status: statuses.invalid_argument, body: writeJson({ detail }) }
  }
  const status = error instanceof HttpError ? error.status : statuses[error.code]
  return { status, headers: headersOf(error), body: writeJson({ detail: error.message }) }
}

function headersOf(error: AppError): Record<string, string> {
  if (error instanceof HttpError) return { ...error.headers }
  if (error instanceof LoginLimitError) return { 'Retry-After': String(error.retryAfterS) }
  // RFC 9110 section 15.5.2: a 401 names a way to authenticate.
  if (error.code === 'unauthenticated') return { 'WWW-Authenticate': 'Bearer error="invalid_token"' }
  return error.code === 'unavailable' ? { 'Retry-After': '1' } : {}
}
