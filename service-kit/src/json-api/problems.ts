import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import type { Request } from 'express'
import { AppError } from '../app-error.ts'
import type { Exchange } from '../http/exchange.ts'
import { HttpError, type ToWire } from '../http/index.ts'

/** A status, and the code that the problem names. */
export type Problem = readonly [status: number, code: string]

/** The problem of each code of the lab, and of the reasons and statuses that a contract tells apart further. */
export interface ProblemTable {
  readonly codes: Readonly<Record<ErrorCode, Problem>>
  /** By `details.reason` of an AppError. */
  readonly reasons: Readonly<Record<string, Problem>>
  /** By the status of an HttpError. */
  readonly statuses: Readonly<Record<number, string>>
}

const internal = new AppError('internal', 'internal error')
const retryAfterSeconds = '1'

/**
 * Makes the `toWire` of an edge whose errors are problems (RFC 9457) of the type about:blank, with `code`, `requestId` and,
 * where members are wrong, `violations`. An unknown error shows nothing.
 */
export function createToWire({ codes, reasons, statuses }: ProblemTable): ToWire {
  function problemOf(error: AppError): Problem {
    if (error instanceof HttpError) return [error.status, statuses[error.status] ?? codes[error.code][1]]
    return reasons[error.details.reason ?? ''] ?? codes[error.code]
  }

  return (thrown, request) => {
    const error = thrown instanceof AppError && thrown.code !== 'internal' ? thrown : internal
    const [status, code] = problemOf(error)
    const requestId = requestIdOf(request) ?? randomUUID()
    const violations = error.details.violations?.map(({ field, description }) => ({
      field,
      message: description,
    }))
    const body = JSON.stringify({
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      ...{ status, detail: error.message, code, requestId, violations },
    })
    const headers: Record<string, string> = { 'X-Request-Id': requestId }
    if (error instanceof HttpError) Object.assign(headers, error.headers)
    if (status === 503) headers['Retry-After'] = retryAfterSeconds
    return { status, headers, contentType: 'application/problem+json', body }
  }
}

/** Undefined where what came is no request. */
function requestIdOf(request: Request | undefined): string | undefined {
  return (request?.res?.locals as Exchange | undefined)?.requestId
}
