import { GenericContainer, type StartedNetwork, type StartedTestContainer, Wait } from 'testcontainers'
import { type Container, type ContainerRuntime, containerRuntime, unlessGone } from './container-runtime.ts'
import { startNetwork } from './network.ts'

const alias = 'valkey'
const pollMs = 50
const readyTimeoutMs = 60_000

/** The image and the options of docker-compose.yml: what was acknowledged is on the disk. */
const defaultImage = 'valkey/valkey:8.1'
const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '']

/**
 * Starts a Valkey for replicas of the chat, on a network of its own.
 * @param image default: the one that the variable VALKEY_IMAGE names, or `valkey/valkey:8.1`
 */
export async function startValkey(
  image = process.env['VALKEY_IMAGE'] || defaultImage,
): Promise<StartedValkey> {
  const runtime = await containerRuntime()
  const network = await startNetwork(runtime)
  try {
    const container = await new GenericContainer(image)
      .withCommand(durable)
      .withNetwork(network)
      .withNetworkAliases(alias)
      .withAutoCleanup(runtime.hasReaper)
      .withWaitStrategy(Wait.forSuccessfulCommand('redis-cli ping | grep -q PONG'))
      .start()
    return new StartedValkey(container, network, runtime)
  } catch (error) {
    await network.stop()
    throw error
  }
}

/** A Valkey that runs, and what can be done to it. Disposing removes it with its network and its data. */
export class StartedValkey implements AsyncDisposable {
  readonly container: StartedTestContainer
  readonly network: StartedNetwork
  readonly #docker: Container

  constructor(container: StartedTestContainer, network: StartedNetwork, { client }: ContainerRuntime) {
    this.container = container
    this.network = network
    this.#docker = client.container.getById(container.getId())
  }

  /** Its URL for containers of its network. */
  url(): string {
    return `redis://${alias}:6379`
  }

  /** Runs a command of redis-cli. @returns what it printed */
  async cli(...command: string[]): Promise<string> {
    const { exitCode, output } = await this.container.exec(['redis-cli', ...command])
    if (exitCode !== 0) throw new Error(output)
    return output.trim()
  }

  /** Ends it at once, as a crash does: SIGKILL. `start()` brings it back with what it acknowledged. */
  async kill(): Promise<void> {
    await this.#docker.kill({ signal: 'SIGKILL' })
    await this.#docker.wait()
  }

  /** Starts it again, and waits until it answers. */
  async start(): Promise<void> {
    await this.#docker.start()
    const deadline = performance.now() + readyTimeoutMs
    while (!(await this.cli('ping').catch(String)).includes('PONG')) {
      if (performance.now() > deadline) throw new Error(`Valkey is not ready after ${readyTimeoutMs} ms`)
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  async stop(): Promise<void> {
    await this.container.stop().catch(unlessGone)
    await this.network.stop().catch(unlessGone)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
