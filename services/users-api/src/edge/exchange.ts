import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger, Metrics } from '@polyservice-lab/service-kit'

/** A response, and what is known of its request; Express keeps `locals` as they are. */
export type Exchange = ServerResponse & { readonly locals: Locals }

interface Locals {
  /** Stands in the answer and in the log. */
  readonly requestId: string
  /** What is asked for, as metrics and logs name it. */
  operation: string
  /** Headers of every answer, names and values in turn. */
  readonly headers: readonly string[]
}

/** What a request counts as whose client went away before the answer. */
const clientClosed = 499

export interface ExchangeDeps {
  readonly logger: Logger
  readonly metrics: Metrics
  /** Names and values in turn. */
  readonly headers: readonly string[]
}

/** Counts and logs each request, and gives it the id that its answer and its log lines carry. */
export function createExchanges({ logger, metrics, headers }: ExchangeDeps) {
  return (request: IncomingMessage, response: ServerResponse): Exchange => {
    const startedAt = performance.now()
    const requestId = randomUUID()
    const locals: Locals = { requestId, operation: 'other', headers: [...headers, 'X-Request-Id', requestId] }
    metrics.inFlight.inc()
    response.once('close', () => {
      const ms = performance.now() - startedAt
      const { operation } = locals
      const status = response.writableFinished ? response.statusCode : clientClosed
      metrics.inFlight.dec()
      metrics.observe(operation, status < 400 ? 'ok' : String(status), ms / 1000)
      logger.debug({ requestId, method: request.method, operation, status, ms }, 'request')
    })
    return Object.assign(response, { locals })
  }
}
