import type { ServiceName } from '@polyservice-lab/contracts/services'
import { type Address, containers, type StartedServiceContainer } from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll } from 'vitest'

export type { Address }

/** One service of a lab that is up: where it is, and what can be done to its container. */
export type RunningService = StartedServiceContainer

export interface Lab extends AsyncDisposable {
  service(name: ServiceName): RunningService
}

/**
 * Starts containers of the named services for a test file, each on free ports, ready when this resolves. Disposing
 * the lab removes them and what they kept.
 * @param env variables as the services read them
 */
export async function startLab(
  names: readonly ServiceName[],
  env: Record<string, string> = {},
): Promise<Lab> {
  const starting = names.map(async (name) => [name, await start(name, env)] as const)
  const settled = await Promise.allSettled(starting)
  const services = new Map(settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])))
  const stop = async () => {
    await Promise.all([...services.values()].map((service) => service.stop()))
  }
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed !== undefined) {
    await stop()
    throw failed.reason
  }
  return {
    service: (name) => {
      const service = services.get(name)
      if (service === undefined) throw new Error(`the lab has no ${name}`)
      return service
    },
    [Symbol.asyncDispose]: stop,
  }
}

function start(name: ServiceName, env: Record<string, string>): Promise<RunningService> {
  return new containers[name]().withEnvironment(env).start()
}

/** A lab for the tests of the file that calls this: up before the first, down after the last. */
export function useLab(
  names: readonly ServiceName[],
  env: Record<string, string> = {},
): Pick<Lab, 'service'> {
  let lab: Lab | undefined
  beforeAll(async () => {
    lab = await startLab(names, env)
  })
  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]()
  })
  return {
    service: (name) => {
      if (lab === undefined) throw new Error('the lab is up inside of tests only')
      return lab.service(name)
    },
  }
}

/** Polls until `condition` holds; throws naming `what` after `timeoutMs`. */
export async function until(
  condition: () => Promise<boolean> | boolean,
  what: string,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
