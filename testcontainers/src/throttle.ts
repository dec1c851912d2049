import type { Container } from './container-runtime.ts'

/** What a container may use. What is left out stays as it is. */
export interface Limits {
  /** Processors, and fractions of them: 0.5 is half of one. */
  readonly cpus?: number | undefined
  /** Memory in bytes, with no swap beside it. A process that needs more is killed by the kernel. */
  readonly memory?: number | undefined
}

/** What update of the Docker API takes. */
interface Resources {
  readonly NanoCpus?: number
  readonly Memory?: number
  readonly MemorySwap?: number
}

/** Puts limits on a container that runs; resolves with what takes them away again. */
export async function throttle(
  container: Container,
  { cpus, memory }: Limits,
  hostCpus: number,
): Promise<Resources> {
  const { HostConfig } = await container.inspect()
  const limits: Resources = {
    ...(cpus === undefined ? {} : { NanoCpus: nanoCpus(cpus) }),
    ...(memory === undefined ? {} : { Memory: memory, MemorySwap: memory }),
  }
  await container.update(limits)
  return {
    // Docker takes no 0 for "no limit" here; all processors are the same.
    NanoCpus: HostConfig.NanoCpus || nanoCpus(hostCpus),
    Memory: HostConfig.Memory ?? 0,
    MemorySwap: HostConfig.MemorySwap ?? 0,
  }
}

const nanoCpus = (cpus: number) => Math.round(cpus * 1e9)
