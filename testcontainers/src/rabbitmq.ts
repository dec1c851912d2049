import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { GenericContainer, type StartedNetwork, type StartedTestContainer, Wait } from 'testcontainers'
import { type Container, type ContainerRuntime, containerRuntime, unlessGone } from './container-runtime.ts'
import { freePort } from './free-ports.ts'

const alias = 'rabbitmq'
const amqpPort = 5672
const login = 'lab'
const pollMs = 100
const readyTimeoutMs = 120_000
/** AMQP 0-9-1, 4.2.2. */
const protocolHeader = Buffer.from('AMQP\0\0\x09\x01', 'latin1')

/** The image of docker-compose.yml. */
const defaultImage = 'rabbitmq:4.0-management'

/** Starts a RabbitMQ for services, on a network that is there, such as that of a `StartedPostgres`. */
export async function startRabbitMq(
  network: StartedNetwork,
  image = process.env['RABBITMQ_IMAGE'] || defaultImage,
): Promise<StartedRabbitMq> {
  const runtime = await containerRuntime()
  const container = new GenericContainer(image)
    .withNetwork(network)
    .withNetworkAliases(alias)
    // Its data folder is named after the host.
    .withHostname(alias)
    .withEnvironment({ RABBITMQ_DEFAULT_USER: login, RABBITMQ_DEFAULT_PASS: login })
    .withExposedPorts({ container: amqpPort, host: await freePort() })
    .withWaitStrategy(Wait.forLogMessage(/Server startup complete/))
    .withStartupTimeout(readyTimeoutMs)
    .withAutoCleanup(runtime.hasReaper)
  return new StartedRabbitMq(await container.start(), runtime)
}

/** A RabbitMQ that runs, and what can be done to it. Disposing removes it with what it kept. */
export class StartedRabbitMq implements AsyncDisposable {
  readonly container: StartedTestContainer
  readonly #runtime: ContainerRuntime
  readonly #docker: Container

  constructor(container: StartedTestContainer, runtime: ContainerRuntime) {
    this.container = container
    this.#runtime = runtime
    this.#docker = runtime.client.container.getById(container.getId())
  }

  /** Its URL for containers of its network. */
  url(): string {
    return `amqp://${login}:${login}@${alias}:${amqpPort}`
  }

  /** Its URL on the host; the port stays when it is started again. */
  hostUrl(): string {
    return `amqp://${login}:${login}@${this.#runtime.host}:${this.container.getMappedPort(amqpPort)}`
  }

  /** Freezes it: connections stay open, and nothing answers. */
  async pause(): Promise<void> {
    await this.#docker.pause()
  }

  async unpause(): Promise<void> {
    await this.#docker.unpause()
  }

  /** Ends it at once, as a crash does: SIGKILL. `start()` brings it back with what it confirmed. */
  async kill(): Promise<void> {
    await this.#docker.kill({ signal: 'SIGKILL' })
    await this.#docker.wait()
  }

  /** Starts it again, and waits until it speaks. */
  async start(): Promise<void> {
    await this.#docker.start()
    const deadline = performance.now() + readyTimeoutMs
    while (!(await this.#speaks())) {
      if (performance.now() > deadline) throw new Error(`RabbitMQ is not ready after ${readyTimeoutMs} ms`)
      await setTimeout(pollMs)
    }
  }

  async #speaks(): Promise<boolean> {
    const socket = connect(this.container.getMappedPort(amqpPort), this.#runtime.host)
    const signal = AbortSignal.timeout(2_000)
    try {
      await once(socket, 'connect', { signal })
      socket.write(protocolHeader)
      await once(socket, 'data', { signal })
      return true
    } catch {
      return false
    } finally {
      socket.on('error', () => {}).destroy()
    }
  }

  async stop(): Promise<void> {
    await this.container.stop().catch(unlessGone)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
