import type { OutgoingHttpHeaders } from 'node:http'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import type { Fault } from './validation/fault.ts'

/** The status of each code; the text of the error is the `detail` of the answer. */
export const statusOfCode = {
  invalid_argument: 422,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  already_exists: 403,
  failed_precondition: 409,
  out_of_range: 422,
  resource_exhausted: 429,
  insufficient_storage: 507,
  cancelled: 499,
  deadline_exceeded: 504,
  unimplemented: 501,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorCode, number>

/** A fault of the request that HTTP itself names. */
export class HttpError extends Error {
  readonly status: number
  readonly headers: OutgoingHttpHeaders

  constructor(status: number, detail: string, headers: OutgoingHttpHeaders = {}) {
    super(detail)
    this.name = 'HttpError'
    this.status = status
    this.headers = headers
  }
}

/** Values of a request that are wrong: 422 with a list of faults. */
export class RequestInvalidError extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super('the request is not valid')
    this.name = 'RequestInvalidError'
    this.faults = faults
  }
}
