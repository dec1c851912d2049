import type { ShopProblem } from '@polyservice-lab/contracts/shop'
import { codeOfHttpAnswer } from '../core/http-status.ts'
import { LabError } from '../core/lab-error.ts'
import { retryAfterMs } from '../core/retries.ts'

/** The error that a problem (RFC 9457) tells of, or a message of version 1. */
export function failureOf(status: number, headers: Headers, text: string): LabError {
  const problem = problemOf(text)
  const message = problem?.detail ?? problem?.message ?? `unexpected status ${status}`
  return new LabError(codeOfHttpAnswer(status, problem), message, {
    status,
    reason: problem?.reason,
    violations: problem?.errors ?? [],
    requestId: headers.get('x-request-id') ?? undefined,
    retryAfterMs: retryAfterMs(headers.get('retry-after')),
    body: problem,
  })
}

function problemOf(text: string): (Partial<ShopProblem> & { readonly message?: string }) | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
