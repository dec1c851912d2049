import { type ErrorCode, errorCodes } from './error-codes.ts'

/** The HTTP status of each code (RFC 9110, 15); a service overrides the rows that its contract fixes otherwise. */
export const httpStatuses = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  already_exists: 409,
  failed_precondition: 409,
  out_of_range: 416,
  resource_exhausted: 429,
  insufficient_storage: 507,
  cancelled: 499,
  deadline_exceeded: 504,
  unimplemented: 501,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorCode, number>

/** Statuses that HTTP itself gives, or a contract in place of a row above. */
const furtherStatuses: Readonly<Record<number, ErrorCode>> = {
  405: 'unimplemented',
  406: 'invalid_argument',
  408: 'deadline_exceeded',
  412: 'failed_precondition',
  413: 'resource_exhausted',
  415: 'invalid_argument',
  417: 'unimplemented',
  422: 'invalid_argument',
  426: 'unimplemented',
  431: 'resource_exhausted',
  502: 'unavailable',
  505: 'unimplemented',
}

/** What an HTTP status means. Of two codes with one status the later one counts. */
export const codeOfHttpStatus: Readonly<Record<number, ErrorCode>> = {
  ...Object.fromEntries(errorCodes.map((code) => [httpStatuses[code], code])),
  ...furtherStatuses,
}
