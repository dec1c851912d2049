/**
 * What can go wrong, told apart by what the caller can do about it: the canonical codes of google.rpc.Code in
 * lower case, and one of HTTP's. Every protocol edge maps each of them to a status of its own; every client maps them back.
 */
export const errorCodes = [
  /** The request is wrong in itself, whatever the state of the server. */
  'invalid_argument',
  /** No credentials, or credentials that are not (or no longer) valid. */
  'unauthenticated',
  /** The caller is known and may not do this. */
  'permission_denied',
  'not_found',
  'already_exists',
  /** The state of the server forbids it: asking again without a change does not help. */
  'failed_precondition',
  /** A position beyond what there is. */
  'out_of_range',
  /** A size, a quota or a rate is exhausted. */
  'resource_exhausted',
  /** There is no room on the disk of the server: nothing was kept (RFC 4918, 11.5). */
  'insufficient_storage',
  'cancelled',
  'deadline_exceeded',
  /** The server does not offer this operation. */
  'unimplemented',
  /** Not now: starting, draining or over capacity. The same request may work later. */
  'unavailable',
  /** A fault of the server. Its text never leaves the process. */
  'internal',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** One fault of one field of a request. */
export interface FieldViolation {
  /** The field as the wire names it, with dots and indexes for nested ones. */
  readonly field: string
  readonly description: string
}
