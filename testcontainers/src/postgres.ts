import { PostgreSqlContainer, type StartedPostgreSqlContainer } from '@testcontainers/postgresql'
import type { StartedNetwork } from 'testcontainers'
import { type Container, type ContainerRuntime, containerRuntime, unlessGone } from './container-runtime.ts'
import { startNetwork } from './network.ts'

const alias = 'postgres'
const pollMs = 50
const readyTimeoutMs = 60_000

/** The image of docker-compose.yml. */
const defaultImage = 'postgres:17-trixie'

/**
 * Starts a PostgreSQL for services, on a network of its own.
 * @param container default: of the image that the variable POSTGRES_IMAGE names, or `postgres:17-trixie`
 */
export async function startPostgres(container = newPostgres()): Promise<StartedPostgres> {
  const runtime = await containerRuntime()
  const network = await startNetwork(runtime)
  try {
    container.withNetwork(network).withNetworkAliases(alias).withAutoCleanup(runtime.hasReaper)
    return new StartedPostgres(await container.start(), network, runtime)
  } catch (error) {
    await network.stop()
    throw error
  }
}

/** A PostgreSQL that `startPostgres` is to start, to be changed before. */
export function newPostgres(image = process.env['POSTGRES_IMAGE'] || defaultImage): PostgreSqlContainer {
  return new PostgreSqlContainer(image)
}

/** A PostgreSQL that runs, and what can be done to it. Disposing removes it with its network and its data. */
export class StartedPostgres implements AsyncDisposable {
  /** testcontainers' own, for a URL on the host and for statements. */
  readonly container: StartedPostgreSqlContainer
  readonly network: StartedNetwork
  readonly #docker: Container
  readonly #dockerNetwork: ReturnType<ContainerRuntime['client']['network']['getById']>

  constructor(container: StartedPostgreSqlContainer, network: StartedNetwork, runtime: ContainerRuntime) {
    this.container = container
    this.network = network
    this.#docker = runtime.client.container.getById(container.getId())
    this.#dockerNetwork = runtime.client.network.getById(network.getName())
  }

  /** Its URL for containers of its network. */
  url(): string {
    const url = new URL(this.container.getConnectionUri())
    url.host = `${alias}:5432`
    return url.href
  }

  /**
   * Runs SQL with psql in the container, as the owner of the database.
   * @returns rows, a line each, fields between `|`
   */
  async psql(sql: string): Promise<string> {
    const login = ['-U', this.container.getUsername(), '-d', this.container.getDatabase()]
    const command = ['psql', '--no-psqlrc', '-qtA', '-v', 'ON_ERROR_STOP=1', ...login, '-c', sql]
    const { exitCode, output } = await this.container.exec(command)
    if (exitCode !== 0) throw new Error(output)
    return output.trimEnd()
  }

  /** Freezes it: connections stay open, and nothing answers. */
  async pause(): Promise<void> {
    const deadline = performance.now() + readyTimeoutMs
    for (;;) {
      try {
        await this.#docker.pause()
        return
      } catch (error) {
        // A process that waits for the disk cannot be frozen; Docker gives up soon, and lets the others go on.
        if (!String(error).includes('unable to freeze') || performance.now() > deadline) throw error
      }
    }
  }

  async unpause(): Promise<void> {
    await this.#docker.unpause()
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
    while ((await this.container.exec(['pg_isready', '-q', '-h', '127.0.0.1'])).exitCode !== 0) {
      if (performance.now() > deadline) throw new Error(`PostgreSQL is not ready after ${readyTimeoutMs} ms`)
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  /** Takes it off its network: no packet comes or goes. */
  async disconnect(): Promise<void> {
    await this.#dockerNetwork.disconnect({ Container: this.container.getId(), Force: true })
  }

  async reconnect(): Promise<void> {
    const EndpointConfig = { Aliases: [alias] }
    await this.#dockerNetwork.connect({ Container: this.container.getId(), EndpointConfig })
  }

  async stop(): Promise<void> {
    await this.container.stop().catch(unlessGone)
    await this.network.stop().catch(unlessGone)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
