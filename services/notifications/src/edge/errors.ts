import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { problems } from '@polyservice-lab/contracts/order-saga/problems'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import { createToWire } from '@polyservice-lab/service-kit/json-api'
import type { Close } from '@polyservice-lab/service-kit/websocket'

/** The problem that tells of an error: status and code of each code of the lab. */
export const toWire = createToWire(problems)

/** The close code of each error of a WebSocket that is open (RFC 6455, 7.4.1). */
const closeCodes = {
  invalid_argument: 1003,
  unauthenticated: 1008,
  permission_denied: 1008,
  not_found: 1008,
  already_exists: 1008,
  failed_precondition: 1008,
  out_of_range: 1008,
  resource_exhausted: 1013,
  insufficient_storage: 1013,
  cancelled: 1001,
  deadline_exceeded: 1013,
  unimplemented: 1003,
  unavailable: 1013,
  internal: 1011,
} as const satisfies Record<ErrorCode, number>

/** How a WebSocket is closed that cannot go on; an unknown error shows nothing. */
export function toClose(thrown: unknown): Close {
  const error = thrown instanceof AppError ? thrown : new AppError('internal', 'internal error')
  return { outcome: error.code, closeCode: closeCodes[error.code], reason: error.message }
}
