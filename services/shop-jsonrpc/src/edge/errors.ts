import { type ErrorCode, httpStatuses } from '@polyservice-lab/contracts/errors'
import { rpcErrors, rpcInvalidRequest, rpcParseError } from '@polyservice-lab/contracts/shop'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import { type HttpAnswer, HttpError } from '@polyservice-lab/service-kit/http'

/** Where no WebSocket is closed for it. */
const never = 1011

/** Each code as `error.code`, as the status of a request that is not read, and as the close of a WebSocket. */
const wire = {
  invalid_argument: { number: rpcErrors.invalid_argument, status: 400, close: 1003 },
  unauthenticated: { number: rpcErrors.unauthenticated, status: 401, close: never },
  permission_denied: { number: rpcErrors.permission_denied, status: 403, close: never },
  not_found: { number: rpcErrors.not_found, status: 404, close: never },
  already_exists: { number: rpcErrors.already_exists, status: 409, close: never },
  failed_precondition: { number: rpcErrors.failed_precondition, status: 409, close: never },
  out_of_range: { number: rpcErrors.out_of_range, status: 416, close: never },
  resource_exhausted: { number: rpcErrors.resource_exhausted, status: 413, close: 1009 },
  insufficient_storage: { number: rpcErrors.insufficient_storage, status: 507, close: never },
  cancelled: { number: rpcErrors.cancelled, status: httpStatuses.cancelled, close: never },
  deadline_exceeded: { number: rpcErrors.deadline_exceeded, status: 408, close: never },
  unimplemented: { number: rpcErrors.unimplemented, status: 405, close: never },
  unavailable: { number: rpcErrors.unavailable, status: 503, close: 1013 },
  internal: { number: rpcErrors.internal, status: 500, close: 1011 },
} as const satisfies Record<ErrorCode, { number: number; status: number; close: number }>

const internal = new AppError('internal', 'internal error')

/** A fault that JSON-RPC 2.0, 5.1, has a number of its own for. */
class RpcError extends AppError {
  readonly number: number
  readonly data: { readonly code: ErrorCode } | undefined

  constructor(code: ErrorCode, number: number, message: string, data?: { readonly code: ErrorCode }) {
    super(code, message)
    this.name = 'RpcError'
    this.number = number
    this.data = data
  }
}

export const parseError = new RpcError('invalid_argument', rpcParseError, 'Parse error')
export const invalidRequest = new RpcError('invalid_argument', rpcInvalidRequest, 'Invalid Request')
export const batchTooLong = new RpcError('resource_exhausted', rpcInvalidRequest, 'Invalid Request', {
  code: 'resource_exhausted',
})
export const methodNotFound = new RpcError('unimplemented', rpcErrors.unimplemented, 'Method not found')

/** The error object (JSON-RPC 2.0, 5.1) of whatever was thrown; of an unknown error it tells nothing. */
export function toErrorObject(thrown: unknown) {
  const error = knownError(thrown)
  if (error instanceof RpcError) return { code: error.number, message: error.message, data: error.data }
  const { code, message, details } = error
  const { reason, violations } = details
  if (violations !== undefined)
    return { code: wire[code].number, message: 'Invalid params', data: { code, violations } }
  return { code: wire[code].number, message, data: { code, reason } }
}

/** The answer to a request of HTTP whose message is not read. */
export function toWire(thrown: unknown): HttpAnswer {
  const error = knownError(thrown)
  const isOfHttp = error instanceof HttpError
  const body = toErrorObject(error)
  // What is wrong is the request itself, not the params of a method.
  if (error.code === 'invalid_argument') body.code = rpcInvalidRequest
  return {
    status: isOfHttp ? error.status : wire[error.code].status,
    headers: isOfHttp ? error.headers : headersOf(error),
    body: JSON.stringify({ jsonrpc: '2.0', error: body, id: null }),
  }
}

function headersOf({ code }: AppError): Record<string, string> {
  // RFC 9110, 15.5.2: a 401 names a way to authenticate.
  if (code === 'unauthenticated') return { 'WWW-Authenticate': 'Bearer' }
  return code === 'unavailable' ? { 'Retry-After': '1' } : {}
}

/** The close of a WebSocket that cannot go on. */
export function toClose(thrown: unknown) {
  const { code, message } = knownError(thrown)
  return { outcome: code, closeCode: wire[code].close, reason: message }
}

function knownError(thrown: unknown): AppError {
  return thrown instanceof AppError && thrown.code !== 'internal' ? thrown : internal
}
