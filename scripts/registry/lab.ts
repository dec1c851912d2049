import { containerVariables, labVariables, serviceNames, services } from '@polyservice-lab/contracts/services'
import type { LoadConfig, Variable } from '@polyservice-lab/service-kit'
import { baseVariables } from '@polyservice-lab/service-kit'

/** A service as the registry and its own reader of the environment describe it. */
export interface LabService {
  readonly name: string
  readonly port: number
  readonly adminPort: number
  readonly wing: string
  readonly protocol: string
  readonly title: string
  readonly keeps: string | undefined
  readonly tryIt: string
  /** What it alone reads. */
  readonly variables: readonly Variable[]
}

/** What every service reads, and is told by the lab and not by its container. */
export const sharedVariables = baseVariables.filter(({ name }) => includes(labVariables, name))

/** The variables of a service that compose passes on, and not its image. */
export function composeVariablesOf(service: LabService): readonly Variable[] {
  return service.variables.filter(({ name }) => !includes(containerVariables, name))
}

export async function readLab(): Promise<readonly LabService[]> {
  return Promise.all(
    serviceNames.map(async (name) => {
      const { loadConfig }: { loadConfig: LoadConfig<unknown> } = await import(
        `../../services/${name}/src/config.ts`
      )
      return { name, ...services[name], variables: loadConfig.variables }
    }),
  )
}

function includes(names: readonly string[], name: string): boolean {
  return names.includes(name)
}
