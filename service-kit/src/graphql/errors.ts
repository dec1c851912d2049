import { type ErrorCode, errorCodes, httpStatuses } from '@polyservice-lab/contracts/errors'
import { type ExecutionResult, type FormattedExecutionResult, GraphQLError } from 'graphql'
import { AppError } from '../app-error.ts'
import { HttpError, type ToWire } from '../http/index.ts'
import type { Logger } from '../logger.ts'
import { resultType } from './negotiation.ts'

const statuses = { ...httpStatuses, resource_exhausted: 413 } as const satisfies Record<ErrorCode, number>
/** Statuses whose errors have the code of their class; all others of HTTP are BAD_REQUEST. */
const toldByClass: readonly number[] = [401, 413, 503]

const internal = new AppError('internal', 'internal error')
/** What an answer tells of errors at most, where there is no data. */
const errorsMax = 20
const messageLengthMax = 300
const locationsMax = 10

/** The words of an edge for each error code, as `extensions.code`. */
export type GraphqlCodes = Readonly<Record<ErrorCode, string>>

/** How an edge tells of errors. */
export interface GraphqlErrors {
  /** Makes of what a resolver threw, or of what graphql found wrong, the error that a client sees. */
  readonly mask: (thrown: unknown, logger: Pick<Logger, 'error'>) => GraphQLError
  /** How the access line names a result. */
  readonly outcomeOf: (result: ExecutionResult) => 'ok' | ErrorCode
}

/** Makes the errors of an edge by its one table. */
export function createGraphqlErrors(codes: GraphqlCodes): GraphqlErrors & {
  /** The answer to a request that no result answers; of an unknown error it shows nothing. */
  readonly toWire: ToWire
} {
  return {
    toWire(thrown, request) {
      const error = thrown instanceof AppError && thrown.code !== 'internal' ? thrown : internal
      const isOfHttp = error instanceof HttpError && !toldByClass.includes(error.status)
      const code = isOfHttp ? codes.unimplemented : codes[error.code]
      const extensions = { code, reason: error.details.reason }
      return {
        status: error instanceof HttpError ? error.status : statuses[error.code],
        headers: headersOf(error),
        contentType: `${request === undefined ? 'application/json' : resultType(request)}; charset=utf-8`,
        body: JSON.stringify({ errors: [{ message: error.message, extensions }] }),
      }
    },
    mask(thrown, logger) {
      const { nodes, path } = thrown instanceof GraphQLError ? thrown : {}
      const cause = causeOf(thrown)
      // What graphql finds in a request has no path; with one, it is a value of ours that is wrong.
      if (thrown instanceof GraphQLError && cause instanceof GraphQLError && path === undefined)
        return coded(thrown)
      const isTold = cause instanceof AppError && cause.code !== 'internal'
      if (!isTold) logger.error({ err: cause }, 'failed')
      const { code, message, details } = isTold ? cause : internal
      const { reason, violations } = details
      const told = { code: codes[code], ...(reason && { reason }), ...(violations && { violations }) }
      return new GraphQLError(message, { nodes, path, extensions: told })
    },
    outcomeOf({ errors: [error] = [] }) {
      if (error === undefined) return 'ok'
      const told = String(error.extensions['code']).toLowerCase()
      return errorCodes.find((code) => code === told) ?? 'invalid_argument'
    },
  }
}

function headersOf(error: AppError): Readonly<Record<string, string>> {
  if (error instanceof HttpError) return error.headers
  // RFC 9110, 15.5.2: a 401 names a way to authenticate.
  if (error.code === 'unauthenticated') return { 'WWW-Authenticate': 'Bearer' }
  return error.code === 'unavailable' ? { 'Retry-After': '1' } : {}
}

function causeOf(thrown: unknown): unknown {
  const original = thrown instanceof GraphQLError ? (thrown.originalError ?? thrown.cause) : undefined
  return original === undefined || original === null ? thrown : causeOf(original)
}

/** Variables that do not fit, and operations that are not there, count as what does not validate. */
function coded({ message, nodes, source, positions, extensions }: GraphQLError): GraphQLError {
  const isSyntax = nodes === undefined && source !== undefined
  const known: unknown =
    extensions['code'] === 'OPERATION_RESOLUTION_FAILURE' ? undefined : extensions['code']
  const code = known ?? (isSyntax ? 'GRAPHQL_PARSE_FAILED' : 'GRAPHQL_VALIDATION_FAILED')
  const http = known === undefined ? { status: 400, spec: true } : extensions['http']
  return new GraphQLError(message, {
    nodes,
    source,
    positions,
    extensions: { code: String(code), ...(http && { http }) },
  })
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
