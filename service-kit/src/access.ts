import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

/** A call, a request or a connection that ended. */
export interface Ended {
  /** The id that its other log lines carry, and its answer where the protocol has room for one. */
  readonly requestId: string
  /** What it was, as metrics name it: a method, an operation, `connection`. */
  readonly operation: string
  readonly outcome: 'ok' | ErrorCode
  /** What the protocol said in the end: an HTTP status, a gRPC status, a close code. */
  readonly status?: number | string | undefined
  readonly durationMs: number
}

/** Counts what ended, and logs one line of it. */
export type Access = (ended: Ended) => void

/** The same line in every service, at the level info. */
export function createAccess(logger: Logger, metrics: Metrics): Access {
  return ({ requestId, operation, outcome, status, durationMs }) => {
    metrics.observe(operation, outcome, durationMs / 1000)
    if (!logger.isLevelEnabled('info')) return
    const rounded = Math.round(durationMs * 1000) / 1000
    logger.info({ requestId, operation, outcome, status, durationMs: rounded }, 'ended')
  }
}
