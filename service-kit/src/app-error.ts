import type { ErrorCode, FieldViolation } from '@polyservice-lab/contracts/errors'

export interface AppErrorDetails {
  /** The fault in the words of one protocol, for a client that switches on it: `too_long`. */
  readonly reason?: string
  /** One entry per wrong field of an `invalid_argument`. */
  readonly violations?: readonly FieldViolation[]
  /** What a `not_found` or an `already_exists` speaks of. */
  readonly resource?: { readonly type: string; readonly name: string }
  /** What led to it: for the log, never told. */
  readonly cause?: unknown
}

/**
 * A fault that the caller may see. Domain and store throw it; each edge has one table from its code to the
 * protocol. Whatever else is thrown is `internal`: logged with its stack, never told.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: AppErrorDetails

  constructor(code: ErrorCode, message: string, details: AppErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'AppError'
    this.code = code
    this.details = details
  }
}
