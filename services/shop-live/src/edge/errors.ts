import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import { type HttpAnswer, HttpError, problemAnswer } from '@polyservice-lab/service-kit/http'
import type { Close } from '@polyservice-lab/service-kit/websocket'
import { OutOfFeedError } from '@polyservice-lab/shop'
import type { Request } from 'express'

/** What the feed has no word for: a fault of this service. */
const internal = { status: 500, closeCode: 1011 }

/** Each fault in the words of HTTP and of WebSocket. */
const faults = {
  invalid_argument: { status: 400, closeCode: 4400 },
  unauthenticated: { status: 401, closeCode: 4401 },
  permission_denied: { status: 403, closeCode: 4403 },
  not_found: { ...internal, status: 404 },
  already_exists: internal,
  failed_precondition: internal,
  out_of_range: { status: 416, closeCode: 4416 },
  resource_exhausted: { status: 413, closeCode: 1013 },
  insufficient_storage: { ...internal, status: 507 },
  cancelled: internal,
  deadline_exceeded: { ...internal, status: 408 },
  unimplemented: { status: 405, closeCode: 1003 },
  unavailable: { status: 503, closeCode: 1001 },
  internal,
} as const satisfies Record<ErrorCode, { status: number; closeCode: number }>

/** Reasons that have words of their own. */
const faultsOfReasons: Readonly<Record<string, { status: number; closeCode: number }>> = {
  events_gone: { status: 410, closeCode: 4410 },
}

const unknown = new AppError('internal', 'internal error')

/** The answer that tells of an error; of an unknown error it shows nothing. */
export function toWire(thrown: unknown, request?: Request): HttpAnswer {
  const error = known(thrown)
  const status = error instanceof HttpError ? error.status : faultOf(error).status
  const path = request?.originalUrl.split('?', 1)[0] ?? '/'
  return problemAnswer(error, status, path, rangeOf(error))
}

/** The close that tells of an error. */
export function toClose(thrown: unknown): Close {
  const error = known(thrown)
  const reason = error instanceof OutOfFeedError ? error.details.reason : undefined
  return { outcome: error.code, closeCode: faultOf(error).closeCode, reason: reason ?? error.code }
}

/** What metrics and the log say of an error. */
export function codeOf(thrown: unknown): ErrorCode {
  return known(thrown).code
}

function known(thrown: unknown): AppError {
  return thrown instanceof AppError && thrown.code !== 'internal' ? thrown : unknown
}

function faultOf({ code, details }: AppError) {
  return faultsOfReasons[details.reason ?? ''] ?? faults[code]
}

/** Where a reader can go on. */
function rangeOf(error: AppError) {
  if (!(error instanceof OutOfFeedError)) return {}
  return error.details.reason === 'events_gone' ? { oldest: error.oldest } : { last: error.newest }
}
