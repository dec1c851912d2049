import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { FrameError, type HistoryErrorCode, isHistoryErrorCode } from '@polyservice-lab/contracts/tcp-history'
import { AppError, type Logger } from '@polyservice-lab/service-kit'

/** The word of this protocol for a fault that has no more exact one as its reason. */
const wireCodes = {
  invalid_argument: 'bad_frame',
  unauthenticated: 'internal',
  permission_denied: 'internal',
  not_found: 'bad_range',
  already_exists: 'internal',
  failed_precondition: 'following',
  out_of_range: 'bad_range',
  resource_exhausted: 'history_full',
  insufficient_storage: 'history_full',
  cancelled: 'draining',
  deadline_exceeded: 'busy',
  unimplemented: 'bad_frame',
  unavailable: 'busy',
  internal: 'internal',
} as const satisfies Record<ErrorCode, HistoryErrorCode>

export interface WireError {
  readonly code: HistoryErrorCode
  readonly text: string
}

/** What the client is told of a fault; one that nobody foresaw is logged, and its text kept back. */
export function wireErrorOf(error: unknown, logger: Logger): WireError {
  if (error instanceof FrameError) return { code: error.code, text: error.message }
  if (error instanceof AppError) {
    const reason = error.details.reason ?? ''
    return { code: isHistoryErrorCode(reason) ? reason : wireCodes[error.code], text: error.message }
  }
  logger.error({ err: error }, 'unforeseen failure')
  return { code: 'internal', text: 'internal error' }
}
