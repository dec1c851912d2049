import { containerAdminPort, type ServiceName, services } from '@polyservice-lab/contracts/services'
import {
  AbstractStartedContainer,
  type StartedTestContainer,
  type StopOptions,
  type StoppedTestContainer,
} from 'testcontainers'
import { type Container, type ContainerRuntime, unlessGone } from './container-runtime.ts'
import { readLogs, untilReady } from './readiness.ts'
import { type Limits, throttle } from './throttle.ts'

const readyTimeoutMs = 60_000

/** Where a service is. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** A service that runs: where it is, a client for it, and what can be done to its container. */
export abstract class StartedServiceContainer extends AbstractStartedContainer {
  readonly service: ServiceName
  readonly #runtime: ContainerRuntime
  readonly #container: Container
  /** The host ports, by the ports inside. Docker may choose new ones when it starts the container again. */
  readonly #ports = new Map<number, number>()
  /** Those it was taken off. */
  readonly #networks: string[] = []
  #unthrottled: Parameters<Container['update']>[0] | undefined

  constructor(service: ServiceName, container: StartedTestContainer, runtime: ContainerRuntime) {
    super(container)
    this.service = service
    this.#runtime = runtime
    this.#container = runtime.client.container.getById(container.getId())
    for (const port of [services[service].port, containerAdminPort])
      this.#ports.set(port, container.getMappedPort(port))
  }

  /** A client for where the service is now. It is the caller's to dispose. */
  abstract client(): unknown

  /** Where it listens now. On a Docker engine of this machine, it stays there however often it is started. */
  address(): Address {
    return { host: this.#runtime.host, port: this.#hostPort(services[this.service].port) }
  }

  /** Base URL of /livez, /readyz, /metrics and /reset. */
  adminUrl(): string {
    return `http://${this.#runtime.host}:${this.#hostPort(containerAdminPort)}`
  }

  /** Forgets everything: the state is as at the first start. */
  async reset(): Promise<void> {
    const response = await fetch(`${this.adminUrl()}/reset`, { method: 'POST' })
    if (response.status !== 204)
      throw new Error(`${this.service} was not reset: ${response.status} ${await response.text()}`)
  }

  /** The sum of all samples of a metric of /metrics, whatever their labels; 0 where there is none. */
  async metric(name: string): Promise<number> {
    const text = await fetch(`${this.adminUrl()}/metrics`).then((response) => response.text())
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
  }

  /** The text that it wrote until now; `logs()` is the stream that goes on. */
  readLogs(): Promise<string> {
    return readLogs(this.#container)
  }

  /** Freezes all processes: connections stay open, and nothing answers. */
  async pause(): Promise<void> {
    await this.#container.pause()
  }

  async unpause(): Promise<void> {
    await this.#container.unpause()
  }

  /** Ends it at once, as a crash does: SIGKILL. Resolves when it has ended; `start()` brings it back. */
  async kill(): Promise<void> {
    await this.#container.kill({ signal: 'SIGKILL' })
    await this.exitCode()
  }

  /** Sends a signal to the server and does not wait: SIGTERM asks it to drain and end. */
  async signal(name: NodeJS.Signals): Promise<void> {
    await this.#container.kill({ signal: name })
  }

  /** Waits until it has ended. */
  async exitCode(): Promise<number> {
    const { StatusCode }: { StatusCode: number } = await this.#container.wait()
    return StatusCode
  }

  /** Starts a container that has ended, with what is in its /data, and waits until it is ready. */
  async start(): Promise<void> {
    await this.#container.start()
    await this.#ready()
  }

  /** @param options `timeout` is how many milliseconds it may take to drain; without it, it is killed */
  override async restart({ timeout = 0 }: { timeout?: number } = {}): Promise<void> {
    await this.#container.restart({ t: Math.ceil(timeout / 1000) })
    await this.#ready()
  }

  /** Ends and removes it. With `{ remove: false }` it can be started again. */
  override async stop(options: Partial<StopOptions> = {}): Promise<StoppedTestContainer> {
    if (options.remove === false)
      await this.#runtime.client.container.stop(this.#container, { timeout: options.timeout ?? 0 })
    else await super.stop(options).catch(unlessGone)
    return this
  }

  /** Takes it off its networks: connections end, and new ones are refused. It runs on and knows nothing of it. */
  async disconnect(): Promise<void> {
    const { NetworkSettings } = await this.#container.inspect()
    for (const name of Object.keys(NetworkSettings.Networks)) {
      await this.#runtime.client.network.getById(name).disconnect({ Container: this.getId(), Force: true })
      this.#networks.push(name)
    }
  }

  /** Puts it back on the networks it was taken off. */
  async reconnect(): Promise<void> {
    for (const name of this.#networks.splice(0))
      await this.#runtime.client.network.getById(name).connect({ Container: this.getId() })
    await this.#ready()
  }

  /** Limits what it may use from now on; what is left out stays as it is. */
  async throttle(limits: Limits): Promise<void> {
    const before = await throttle(this.#container, limits, this.#runtime.client.info.containerRuntime.cpus)
    this.#unthrottled ??= before
  }

  /** Takes the limits of `throttle` away. */
  async unthrottle(): Promise<void> {
    if (this.#unthrottled) await this.#container.update(this.#unthrottled)
    this.#unthrottled = undefined
  }

  override getMappedPort(port: number | `${number}/${'tcp' | 'udp'}`, protocol?: string): number {
    const known = typeof port === 'number' ? this.#ports.get(port) : undefined
    if (known !== undefined) return known
    return typeof port === 'number' ? super.getMappedPort(port, protocol) : super.getMappedPort(port)
  }

  #hostPort(port: number): number {
    return this.#ports.get(port) ?? 0
  }

  async #ready(): Promise<void> {
    const { NetworkSettings } = await this.#container.inspect()
    for (const port of this.#ports.keys())
      this.#ports.set(port, Number(NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort ?? 0))
    await untilReady(this.#container, this.adminUrl(), readyTimeoutMs)
  }
}
