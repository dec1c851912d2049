import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { FrameError, type HistoryErrorCode, isHistoryErrorCode } from '@polyservice-lab/contracts/tcp-history'
import { AppError } from '@polyservice-lab/service-kit'

/** The word of this protocol for a fault that has no more exact one as its reason. */
const wireCodes = {
  invalid_argument: 'bad_frame',
  unauthenticated: 'internal',
  permission_denied: 'http_request',
  not_found: 'bad_range',
  already_exists: 'internal',
  failed_precondition: 'following',
  out_of_range: 'bad_range',
  resource_exhausted: 'history_full',
  insufficient_storage: 'history_full',
  cancelled: 'draining',
  deadline_exceeded: 'timeout',
  unimplemented: 'bad_frame',
  unavailable: 'busy',
  internal: 'internal',
} as const satisfies Record<ErrorCode, HistoryErrorCode>

export interface WireError {
  readonly code: HistoryErrorCode
  readonly text: string
  /** The same in the codes of the lab. */
  readonly outcome: ErrorCode
}

/** What the client is told of a fault. Of one that nobody foresaw, which is `internal`, it is told nothing more. */
export function toWire(error: unknown): WireError {
  if (error instanceof FrameError)
    return { code: error.code, text: error.message, outcome: 'invalid_argument' }
  if (!(error instanceof AppError)) return { code: 'internal', text: 'internal error', outcome: 'internal' }
  const { code, message, details } = error
  const reason = details.reason ?? ''
  return { code: isHistoryErrorCode(reason) ? reason : wireCodes[code], text: message, outcome: code }
}

export const isDraining = () =>
  new AppError('unavailable', 'the server is about to stop', { reason: 'draining' })

export const hasLeft = () => new AppError('cancelled', 'the client left')

export const isLate = (what: string, limitMs: number) =>
  new AppError('deadline_exceeded', `${what} is whole within ${limitMs} ms of its first byte`, {
    reason: 'timeout',
  })
