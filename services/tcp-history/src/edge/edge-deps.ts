import type { Logger, Metrics, ReceiveBudget } from '@polyservice-lab/service-kit'
import type { Config } from '../config.ts'
import type { History } from '../domain/history.ts'
import type { SharedFrames } from './follower.ts'

/** What all connections of a server share. */
export interface EdgeDeps {
  readonly config: Config
  readonly history: History
  readonly logger: Logger
  readonly metrics: Metrics
  readonly receiveBudget: ReceiveBudget
  readonly sharedFrames: SharedFrames
}
