import { randomUUID } from 'node:crypto'
import { type ErrorCode, httpStatuses } from '@polyservice-lab/contracts/errors'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { ServiceDeps } from '../run-service.ts'
import { codeOfError, sendAnswer, type ToWire } from './answer.ts'
import { discardRest } from './body.ts'

/** What is known of a request, in `response.locals`. */
export interface Exchange {
  /** Stands in the answer and in the log. */
  requestId: string
  /** What is asked for, as metrics and the log name it. */
  operation: string
  /** The error that was answered. */
  outcome?: ErrorCode
}

/** An id for each request, in `X-Request-Id` of its answer and in its access line. */
export function beginExchange({ access, metrics }: ServiceDeps): RequestHandler {
  return (_request, response, next) => {
    const startedAt = performance.now()
    const requestId = randomUUID()
    const locals = response.locals as Exchange
    locals.requestId = requestId
    locals.operation = 'other'
    response.setHeader('X-Request-Id', requestId)
    metrics.inFlight.inc()
    response.once('close', () => {
      metrics.inFlight.dec()
      const { operation, outcome = response.writableFinished ? 'ok' : 'cancelled' } = locals
      const status = outcome === 'cancelled' ? httpStatuses.cancelled : response.statusCode
      access({ requestId, operation, outcome, status, durationMs: performance.now() - startedAt })
    })
    next()
  }
}

/**
 * Answers every error by the table of the edge. An error that is `internal`, or a full disk, is logged with its stack.
 * @param discardBytesMax how much of the rest of a body is read before its connection is cut off
 */
export function answerErrors(
  toWire: ToWire,
  discardBytesMax: number,
  { logger }: ServiceDeps,
): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    // A client that went away is no fault of ours, and hears no answer; one that was too slow has had it.
    if (!request.socket.writable) return
    const locals = response.locals as Exchange
    locals.outcome = codeOfError(error)
    if (locals.outcome === 'internal' || locals.outcome === 'insufficient_storage') {
      const { requestId, operation } = locals
      logger.error({ err: error, requestId, operation }, 'failed')
    }
    if (response.headersSent) {
      response.destroy()
      return
    }
    discardRest(request, discardBytesMax)
    sendAnswer(response, toWire(error))
  }
}
