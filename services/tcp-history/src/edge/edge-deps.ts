import type { ReceiveBudget, SendBudget, ServiceDeps } from '@polyservice-lab/service-kit'
import type { Config } from '../config.ts'
import type { History } from '../domain/history.ts'
import type { FrameMaker } from './follower.ts'

/** What all connections of a server share. */
export interface EdgeDeps extends ServiceDeps {
  readonly config: Config
  readonly history: History
  readonly receiveBudget: ReceiveBudget
  readonly sendBudget: SendBudget
  readonly sharedFrame: FrameMaker
}
