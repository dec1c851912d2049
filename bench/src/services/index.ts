import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { coreServiceNames, type ServiceName } from '@polyservice-lab/contracts/services'
import type { ComparisonOptions } from '../measure/comparison.ts'
import type { Protocol, Scenario } from '../scenario.ts'
import type { FloorName } from '../servers/floor.ts'

/** One way to do some work: the operation, for a reader, and the service with what the operation needs in it. */
export interface Way {
  readonly operation: string
  readonly subject: ComparisonOptions['subject']
}

type Env = Readonly<Record<string, string>>

/** What is measured of one service: `service` of services/<name>/index.ts. */
export interface MeasuredService {
  readonly name: ServiceName
  readonly protocol: Exclude<Protocol, 'container'>
  /** The bare server of its protocol. */
  readonly floor: FloorName
  /** Gets one record that holds a text. @param env variables of the service */
  getRecord(text: string, env?: Env): Way
  /** Gets so many small items, each with a text, with one request. */
  getItems(count: number, text: string): Way
  /** The questions that are asked of this service alone. */
  readonly scenarios: readonly Scenario[]
}

/** The services of the registry that have something to measure. */
export const measuredServices: readonly MeasuredService[] = await Promise.all(
  coreServiceNames
    .filter((name) => existsSync(join(import.meta.dirname, name)))
    .map(async (name) => (await import(`./${name}/index.ts`)).service as MeasuredService),
)
