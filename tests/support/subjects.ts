import {
  createApiClient,
  createAuthenticationClient,
  createCourseClient,
  createEchoClient,
  createHistoryClient,
  createPrivateUsersClient,
  createPublicUsersClient,
} from '@polyservice-lab/clients'
import { buildUser } from '@polyservice-lab/clients/fakers'
import type { Address } from './lab.ts'
import type { ServiceName } from './services.ts'

/** What the lifecycle tests know of a service: how to call it, and what must be there afterwards. */
export interface Subject {
  /** Whether an acknowledged item outlives the process. */
  readonly durable: boolean
  /** Variables of this service alone, with values that are wrong. */
  readonly badEnvironment: readonly (readonly [variable: string, value: string])[]
  /** One call that gives the service an item to keep or to answer; rejects with a LabError. */
  call(address: Address, item: string): Promise<unknown>
  /** Those of the items that the service has, in the order given. */
  kept(address: Address, items: readonly string[]): Promise<readonly string[]>
}
