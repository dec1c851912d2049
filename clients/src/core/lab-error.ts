import type { ErrorCode, FieldViolation } from '@polyservice-lab/contracts/errors'

/** The codes of the servers, and one of our own: the peer broke its protocol. */
export type LabErrorCode = ErrorCode | 'protocol_error'

export interface LabErrorDetails {
  /** What the protocol itself said: an HTTP status, a gRPC status, a close code, an ERROR code. */
  readonly status?: number | string | undefined
  /** The fault in the words of the service, where the code alone does not tell it: `email_taken`. */
  readonly reason?: string | undefined
  /** One entry per wrong field of an `invalid_argument`. */
  readonly violations?: readonly FieldViolation[]
  /** The id under which the server logged the call. */
  readonly requestId?: string | undefined
  /** The body or frame of the answer, for a caller that looks closer. */
  readonly body?: unknown
  /** How long the server asks to wait before another try (RFC 9110, 10.2.3), in ms. */
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** The one error of all clients. Switch on `code`, which is stable; `message` is for people. */
export class LabError extends Error {
  readonly code: LabErrorCode
  readonly status: number | string | undefined
  readonly reason: string | undefined
  readonly violations: readonly FieldViolation[]
  readonly requestId: string | undefined
  readonly body: unknown
  readonly retryAfterMs: number | undefined

  constructor(code: LabErrorCode, message: string, details: LabErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'LabError'
    this.code = code
    this.status = details.status
    this.reason = details.reason
    this.violations = details.violations ?? []
    this.requestId = details.requestId
    this.body = details.body
    this.retryAfterMs = details.retryAfterMs
  }
}
