import { type ErrorCode, httpStatuses } from '@polyservice-lab/contracts/errors'
import type { RequestHandler } from 'express'
import { newRequestId, requestIdOf } from '../request-id.ts'
import type { ServiceDeps } from '../run-service.ts'
import type { SendBudget } from './send-budget.ts'

/** What is known of a request, in `response.locals`. */
export interface Exchange {
  /** Stands in the answer and in the log. */
  requestId: string
  /** What is asked for, as metrics and the log name it. */
  operation: string
  /** The error that was answered. */
  outcome?: ErrorCode
  sendBudget: SendBudget
}

export interface ExchangeOptions {
  /** Those of every answer. */
  readonly headers: ReadonlyMap<string, string>
  readonly sendBudget: SendBudget
  /** Whether the id that a request comes with is kept where it is 1 to 128 visible ASCII characters. */
  readonly keepsRequestIds: boolean
}

/** Gives each request an id, which stands in `X-Request-Id` of its answer and in its access line. */
export function beginExchange(
  { headers, sendBudget, keepsRequestIds }: ExchangeOptions,
  { access, metrics }: ServiceDeps,
): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now()
    const requestId = keepsRequestIds ? requestIdOf(request) : newRequestId()
    const locals = response.locals as Exchange
    locals.requestId = requestId
    locals.operation = 'other'
    locals.sendBudget = sendBudget
    response.setHeader('X-Request-Id', requestId).setHeaders(headers as Map<string, string>)
    metrics.inFlight.inc()
    response.on('close', () => {
      metrics.inFlight.dec()
      const { operation, outcome = response.writableFinished ? 'ok' : 'cancelled' } = locals
      const status = outcome === 'cancelled' ? httpStatuses.cancelled : response.statusCode
      access({ requestId, operation, outcome, status, durationMs: performance.now() - startedAt })
    })
    next()
  }
}
