import { STATUS_CODES } from 'node:http'
import type { AppError } from '../app-error.ts'
import type { HttpAnswer } from './answer.ts'
import { HttpError } from './http-error.ts'

const instanceLengthMax = 256

/**
 * An error as application/problem+json (RFC 9457).
 * @param path of the request, or `/`
 * @param more members of this one problem
 */
export function problemAnswer(
  error: AppError,
  status: number,
  path: string,
  more: Readonly<Record<string, unknown>> = {},
): HttpAnswer {
  const { code, message, details } = error
  return {
    status,
    headers: headersOf(error),
    contentType: 'application/problem+json',
    body: JSON.stringify({
      type: `/problems/${code}`,
      title: STATUS_CODES[status] ?? 'Error',
      status,
      detail: message,
      instance: path.slice(0, instanceLengthMax),
      code,
      reason: details.reason,
      errors: details.violations,
      ...more,
    }),
  }
}

/** The headers that HTTP wants beside a status. */
export function headersOf(error: AppError): Readonly<Record<string, string>> {
  if (error instanceof HttpError) return error.headers
  // RFC 9110, 15.5.2: a 401 names a way to authenticate.
  if (error.code === 'unauthenticated') return { 'WWW-Authenticate': 'Bearer' }
  return error.code === 'unavailable' ? { 'Retry-After': '1' } : {}
}
