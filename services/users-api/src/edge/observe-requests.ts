import { randomUUID } from 'node:crypto'
import type { Logger, Metrics } from '@polyservice-lab/service-kit'
import type { RequestHandler } from 'express'

/** What a request counts as whose client went away before the answer. */
const clientClosed = 499

/** Counts and logs each request, and gives it the id that its answer and its log lines carry. */
export function observeRequests(deps: {
  readonly logger: Logger
  readonly metrics: Metrics
}): RequestHandler {
  const { logger, metrics } = deps
  return (request, response, next) => {
    const startedAt = performance.now()
    const requestId = randomUUID()
    response.locals['requestId'] = requestId
    response.setHeader('X-Request-Id', requestId)
    metrics.inFlight.inc()
    response.once('close', () => {
      const ms = performance.now() - startedAt
      const operation = String(response.locals['operation'] ?? 'other')
      const status = response.writableFinished ? response.statusCode : clientClosed
      metrics.inFlight.dec()
      metrics.observe(operation, status < 400 ? 'ok' : String(status), ms / 1000)
      logger.debug({ requestId, method: request.method, operation, status, ms }, 'request')
    })
    next()
  }
}
