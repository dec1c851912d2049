import { randomUUID } from 'node:crypto'
import { Network, StartedNetwork } from 'testcontainers'
import type { ContainerRuntime } from './container-runtime.ts'

/** Starts a network of its own, for an engine and the services on it. */
export async function startNetwork({ client, hasReaper }: ContainerRuntime): Promise<StartedNetwork> {
  if (hasReaper) return new Network().start()
  const name = `lab-${randomUUID()}`
  const network = await client.network.create({ Name: name, Driver: 'bridge' })
  return new StartedNetwork(client, name, network)
}
