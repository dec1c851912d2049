import { createLab, type Lab, type LabOptions } from '@polyservice-lab/clients'
import { type CoreServiceName, coreServiceNames } from '@polyservice-lab/contracts/services'
import { containers } from './containers.ts'
import type { StartedServiceContainer } from './started-service-container.ts'

type CamelCase<Text extends string> = Text extends `${infer Head}-${infer Rest}`
  ? `${Head}${Capitalize<CamelCase<Rest>>}`
  : Text

type Container<Name extends CoreServiceName> = InstanceType<(typeof containers)[Name]>

/** The containers of a lab, where they are not to be the usual ones: `usersApi`, `courseGrpc`, … */
export type LabContainers = { readonly [Name in CoreServiceName as CamelCase<Name>]?: Container<Name> }

/** The containers of a lab that runs. */
export type StartedLabContainers = {
  readonly [Name in CoreServiceName as CamelCase<Name>]: Awaited<ReturnType<Container<Name>['start']>>
}

/** A lab that runs. Disposing it removes its containers and what they kept. */
export type StartedPolyserviceLab = StartedLab & StartedLabContainers

/**
 * All services of the core.
 * @example
 * await using lab = await new PolyserviceLab({ usersApi: new UsersApiContainer().withPolicy('open') }).start()
 * await using client = lab.client()
 */
export class PolyserviceLab {
  readonly #containers: LabContainers

  constructor(containers: LabContainers = {}) {
    this.#containers = containers
  }

  /** Starts all at once. When one of them fails, none of them stays. */
  async start(): Promise<StartedPolyserviceLab> {
    const starting = coreServiceNames.map(async (name) => {
      const container = this.#containers[camelCase(name)] ?? new containers[name]()
      return [camelCase(name), (await container.start()) as StartedServiceContainer] as const
    })
    try {
      return startedLab(Object.fromEntries(await Promise.all(starting)) as unknown as StartedLabContainers)
    } catch (error) {
      for (const start of await Promise.allSettled(starting))
        if (start.status === 'fulfilled') await start.value[1].stop()
      throw error
    }
  }
}

/** What all services of a lab that runs have together. */
export class StartedLab implements AsyncDisposable {
  readonly #containers: StartedLabContainers

  constructor(containers: StartedLabContainers) {
    this.#containers = containers
  }

  /** All of them, for what is done to each. */
  get services(): readonly StartedServiceContainer[] {
    return Object.values(this.#containers)
  }

  /** The same lab with other containers in the place of some. It owns neither these nor those. */
  with(others: Partial<StartedLabContainers>): StartedPolyserviceLab {
    return startedLab({ ...this.#containers, ...others })
  }

  /** Clients of all services, for where they are now. They are the caller's to dispose. */
  client(options: Omit<LabOptions, 'host' | 'ports'> = {}): Lab {
    const addresses = Object.entries(this.#containers).map(([name, one]) => [name, one.address()] as const)
    const ports = Object.fromEntries(addresses.map(([name, { port }]) => [name, port]))
    return createLab({ ...options, host: addresses[0]?.[1].host, ports })
  }

  /** All of them forget everything. */
  async reset(): Promise<void> {
    await Promise.all(this.services.map((service) => service.reset()))
  }

  /** What each of them wrote until now, under its name. */
  async readLogs(): Promise<string> {
    const logs = this.services.map(async (service) => `--- ${service.service}\n${await service.readLogs()}`)
    return (await Promise.all(logs)).join('\n')
  }

  async stop(): Promise<void> {
    const stopped = await Promise.allSettled(this.services.map((service) => service.stop()))
    const failures = stopped.flatMap((stop) => (stop.status === 'rejected' ? [stop.reason] : []))
    if (failures.length > 0) throw new AggregateError(failures, 'not every container was removed')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

function startedLab(containers: StartedLabContainers): StartedPolyserviceLab {
  return Object.assign(new StartedLab(containers), containers)
}

function camelCase(name: CoreServiceName): CamelCase<CoreServiceName> {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) as CamelCase<CoreServiceName>
}
