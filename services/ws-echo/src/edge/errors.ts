import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { AppError } from '@polyservice-lab/service-kit/app-error'

/** What this service has no word for: a fault of its own. */
const internal = { status: 500, closeCode: 1011 }

/** Each fault in the words of this protocol: an HTTP status before the upgrade, a close code after it. */
const faults = {
  invalid_argument: { status: 400, closeCode: 1007 },
  unauthenticated: internal,
  permission_denied: { ...internal, status: 403 },
  not_found: internal,
  already_exists: internal,
  failed_precondition: internal,
  out_of_range: internal,
  resource_exhausted: { ...internal, closeCode: 1009 },
  insufficient_storage: internal,
  cancelled: internal,
  deadline_exceeded: internal,
  unimplemented: { ...internal, status: 426 },
  unavailable: { status: 503, closeCode: 1013 },
  internal,
} as const satisfies Record<ErrorCode, { status: number; closeCode: number }>

/** A fault as it is told; that of an unknown error does not tell its text. */
export function toWire(error: unknown) {
  const outcome: ErrorCode = error instanceof AppError ? error.code : 'internal'
  const reason = error instanceof AppError ? error.message : 'internal error'
  return { outcome, reason, ...faults[outcome] }
}
