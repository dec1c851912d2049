import { type ErrorCode, httpStatuses } from '@polyservice-lab/contracts/errors'
import { AppError, type Logger } from '@polyservice-lab/service-kit'
import { type HttpAnswer, HttpError } from '@polyservice-lab/service-kit/http'
import type { Close } from '@polyservice-lab/service-kit/websocket'
import type { Request } from 'express'
import { type ExecutionResult, type FormattedExecutionResult, GraphQLError } from 'graphql'
import { CloseCode } from 'graphql-ws'
import { resultType } from './negotiation.ts'

/** The `extensions.code` of each error code. */
const codes = {
  invalid_argument: 'INVALID_ARGUMENT',
  unauthenticated: 'UNAUTHENTICATED',
  permission_denied: 'PERMISSION_DENIED',
  not_found: 'NOT_FOUND',
  already_exists: 'ALREADY_EXISTS',
  failed_precondition: 'FAILED_PRECONDITION',
  out_of_range: 'OUT_OF_RANGE',
  resource_exhausted: 'RESOURCE_EXHAUSTED',
  insufficient_storage: 'UNAVAILABLE',
  cancelled: 'BAD_REQUEST',
  deadline_exceeded: 'BAD_REQUEST',
  unimplemented: 'BAD_REQUEST',
  unavailable: 'UNAVAILABLE',
  internal: 'INTERNAL',
} as const satisfies Record<ErrorCode, string>

const codeOfText = new Map<unknown, ErrorCode>(
  Object.entries(codes)
    .toReversed()
    .map(([code, text]) => [text, code as ErrorCode]),
)
const statuses = { ...httpStatuses, resource_exhausted: 413 } as const satisfies Record<ErrorCode, number>
/** Statuses whose errors have the code of their class; all others of HTTP are BAD_REQUEST. */
const toldByClass: readonly number[] = [401, 413, 503]

const internal = new AppError('internal', 'internal error')
/** What an answer tells of errors at most, where there is no data. */
const errorsMax = 20
const messageLengthMax = 300
const locationsMax = 10

/** The answer to a request that no result answers; of an unknown error it shows nothing. */
export function toWire(thrown: unknown, request?: Request): HttpAnswer {
  const error = thrown instanceof AppError ? thrown : internal
  const isOfHttp = error instanceof HttpError && !toldByClass.includes(error.status)
  const code = isOfHttp ? 'BAD_REQUEST' : codes[error.code]
  const { message, details } = error.code === 'internal' ? internal : error
  const extensions = { code, reason: details.reason }
  return {
    status: error instanceof HttpError ? error.status : statuses[error.code],
    headers: headersOf(error),
    contentType: `${request === undefined ? 'application/json' : resultType(request)}; charset=utf-8`,
    body: JSON.stringify({ errors: [{ message, extensions }] }),
  }
}

function headersOf(error: AppError): Readonly<Record<string, string>> {
  if (error instanceof HttpError) return error.headers
  // RFC 9110, 15.5.2: a 401 names a way to authenticate.
  if (error.code === 'unauthenticated') return { 'WWW-Authenticate': 'Bearer' }
  return error.code === 'unavailable' ? { 'Retry-After': '1' } : {}
}

/** Makes of what a resolver threw, or of what graphql found wrong, the error that a client sees. */
export function createMask({ error: log }: Pick<Logger, 'error'>) {
  return (thrown: unknown): GraphQLError => {
    const error = thrown instanceof GraphQLError ? thrown : undefined
    const { nodes, path } = error ?? {}
    const cause = causeOf(thrown)
    // What graphql finds in a request has no path; with one, it is a value of ours that is wrong.
    if (error !== undefined && cause instanceof GraphQLError && path === undefined) return coded(error)
    if (!(cause instanceof AppError) || cause.code === 'internal') log({ err: cause }, 'failed')
    const { code, message, details } =
      cause instanceof AppError && cause.code !== 'internal' ? cause : internal
    const { reason, violations } = details
    const told = { code: codes[code], ...(reason && { reason }), ...(violations && { violations }) }
    return new GraphQLError(message, { nodes, path, extensions: told })
  }
}

function causeOf(thrown: unknown): unknown {
  const original = thrown instanceof GraphQLError ? (thrown.originalError ?? thrown.cause) : undefined
  return original === undefined || original === null ? thrown : causeOf(original)
}

/** Variables that do not fit, and operations that are not there, count as what does not validate. */
function coded(error: GraphQLError): GraphQLError {
  const { code = 'GRAPHQL_VALIDATION_FAILED' } = error.extensions
  if (code !== 'GRAPHQL_VALIDATION_FAILED' && code !== 'OPERATION_RESOLUTION_FAILURE') return error
  const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400, spec: true } }
  return new GraphQLError(error.message, { nodes: error.nodes, extensions })
}

/** The errors of a result, no more of them than are told: texts of graphql repeat what was sent. */
export function toldErrors({ data, errors = [] }: ExecutionResult): readonly GraphQLError[] {
  if (data !== undefined) return errors
  return errors.slice(0, errorsMax).map(({ message, nodes, source, positions, path, extensions }) => {
    const text = message.slice(0, messageLengthMax).toWellFormed()
    const place =
      nodes === undefined
        ? { source, positions: positions?.slice(0, locationsMax) }
        : { nodes: nodes.slice(0, locationsMax) }
    return new GraphQLError(text, { ...place, path, extensions })
  })
}

/** A result as it goes to a client: without what is meant for the server alone. */
export function formatResult({ errors, ...result }: ExecutionResult): FormattedExecutionResult {
  if (errors === undefined) return result
  const formatted = toldErrors({ ...result, errors }).map((error) => {
    const { http, ...extensions } = error.extensions
    return { ...error.toJSON(), extensions }
  })
  return { ...result, errors: formatted }
}

/** How the access line names a result. */
export function outcomeOf({ errors }: ExecutionResult): 'ok' | ErrorCode {
  const [error] = errors ?? []
  return error === undefined ? 'ok' : (codeOfText.get(error.extensions['code']) ?? 'invalid_argument')
}

/** A close that the protocol of graphql-ws asks for. */
export class GoodbyeError extends Error {
  readonly closeCode: number

  constructor(closeCode: number, reason: string) {
    super(reason)
    this.name = 'GoodbyeError'
    this.closeCode = closeCode
  }
}

/** How the access line names closes of the protocol; others are wrong requests. */
const outcomesOfCloses: Readonly<Record<number, ErrorCode>> = {
  [CloseCode.InternalServerError]: 'internal',
  [CloseCode.Unauthorized]: 'unauthenticated',
  [CloseCode.Forbidden]: 'unauthenticated',
  [CloseCode.ConnectionInitialisationTimeout]: 'deadline_exceeded',
}

/** The close of a WebSocket that an error ends: 1013 for a client that does not read, or that there is no room for. */
export function toClose(thrown: unknown): Close {
  if (thrown instanceof GoodbyeError) {
    const { closeCode, message: reason } = thrown
    return { outcome: outcomesOfCloses[closeCode] ?? 'invalid_argument', closeCode, reason }
  }
  if (thrown instanceof AppError && thrown.code === 'unavailable')
    return { outcome: 'unavailable', closeCode: 1013, reason: thrown.message }
  return { outcome: 'internal', closeCode: CloseCode.InternalServerError, reason: internal.message }
}
