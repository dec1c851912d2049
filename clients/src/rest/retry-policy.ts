import { LabError } from '../core/lab-error.ts'
import { type Fault, retryAfterMs } from '../core/retries.ts'
import type { ApiResponse } from './api-response.ts'
import { failureOf } from './failures.ts'

/** Methods that may be sent twice (RFC 9110, 9.2.2). PATCH and POST may not. */
const idempotent: readonly string[] = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']
/** Answers of a server that may answer otherwise later. */
const passing: readonly number[] = [502, 503, 504]
/** Faults of a connection that was never made: nothing was sent. */
const neverConnected: readonly string[] = [
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]

/**
 * Whether a request may be sent again: always where the server never saw it or refused it unread (429, RFC 6585, 4);
 * idempotent ones also after a lost connection, and after 502, 503 and 504.
 */
export function retryFault(method: string, outcome: ApiResponse | LabError): Fault | undefined {
  const isIdempotent = idempotent.includes(method.toUpperCase())
  if (outcome instanceof LabError) {
    if (outcome.code !== 'unavailable') return undefined
    return isIdempotent || neverConnected.includes(codeOf(outcome.cause)) ? { error: outcome } : undefined
  }
  const { status, headers } = outcome
  if (status !== 429 && !(isIdempotent && passing.includes(status))) return undefined
  return { error: failureOf(outcome), delayMs: retryAfterMs(headers.get('retry-after')) }
}

/** Several addresses of a host that all failed come as one AggregateError, with the code of the first. */
function codeOf(cause: unknown): string {
  return String((cause as { code?: unknown } | undefined)?.code)
}
