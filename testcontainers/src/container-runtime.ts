import { type ContainerRuntimeClient, getContainerRuntimeClient, getReaper } from 'testcontainers'
import { canListen, loopback } from './free-ports.ts'

export interface ContainerRuntime {
  readonly client: ContainerRuntimeClient
  /** Where published ports are reached. */
  readonly host: string
  /** Whether testcontainers' reaper is there, which removes what a process that died left behind. */
  readonly hasReaper: boolean
}

/** The container of an id, with everything that the Docker API can do to it. */
export type Container = ReturnType<ContainerRuntimeClient['container']['getById']>

let connected: Promise<ContainerRuntime> | undefined

/** The container runtime of this machine: looked for once, however many containers are started at the same time. */
export function containerRuntime(): Promise<ContainerRuntime> {
  connected ??= connect().catch((error: unknown) => {
    connected = undefined
    throw error
  })
  return connected
}

async function connect(): Promise<ContainerRuntime> {
  const client = await getContainerRuntimeClient()
  const [host, hasReaper] = await Promise.all([reachedHost(client), findReaper(client)])
  return { client, host, hasReaper }
}

/**
 * An engine of this machine is reached on 127.0.0.1, also where testcontainers says localhost (which may be IPv6 first),
 * or names the address of the bridge, because it believes to be in a container.
 */
async function reachedHost({ info }: ContainerRuntimeClient): Promise<string> {
  const { host } = info.containerRuntime
  return (await canListen(host, 0)) ? loopback : host
}

async function findReaper(client: ContainerRuntimeClient): Promise<boolean> {
  try {
    await getReaper(client)
    return true
  } catch (error) {
    process.emitWarning(`containers are removed on dispose only, there is no reaper: ${String(error)}`)
    return false
  }
}

/** Whoever removed the container before did what was asked for. */
export function unlessGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404) throw error
}
