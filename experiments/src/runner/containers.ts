import type { StartedServiceContainer } from '@polyservice-lab/testcontainers'
import { getContainerRuntimeClient } from 'testcontainers'

/** What Docker says of a container now. */
export async function inspect(service: Pick<StartedServiceContainer, 'getId'>) {
  const client = await getContainerRuntimeClient()
  return client.container.inspect(client.container.getById(service.getId()))
}

/** Whether it runs, is paused, was killed for its memory, and with which code it ended. */
export async function containerState(service: Pick<StartedServiceContainer, 'getId'>) {
  return (await inspect(service)).State
}

/** In how many periods (of 100 ms) the kernel made the container wait for a processor since it started. */
export async function cpuThrottling(service: StartedServiceContainer): Promise<number> {
  const client = await getContainerRuntimeClient()
  const { cpu_stats } = await client.container
    .getById(service.getId())
    .stats({ stream: false, 'one-shot': true })
  return cpu_stats.throttling_data.throttled_periods
}
