import { containerAdminPort, type ServiceName, services } from '@polyservice-lab/contracts/services'
import { GenericContainer, type StartedTestContainer } from 'testcontainers'
import { type ContainerRuntime, containerRuntime, unlessGone } from './container-runtime.ts'
import { freePort, loopback } from './free-ports.ts'
import { ReadinessWait } from './readiness.ts'
import type { StartedServiceContainer } from './started-service-container.ts'

type StartedClass<Started> = new (
  service: ServiceName,
  container: StartedTestContainer,
  runtime: ContainerRuntime,
) => Started

const localImages = 'polyservice-lab/'
const startsMax = 5
const mebibyte = 1024 ** 2

/**
 * A container of one service: on free ports of 127.0.0.1, hardened as in docker-compose.yml (no capabilities, a root
 * that is read only, limits of memory and processes), with its reset switched on. All of GenericContainer is there.
 */
export abstract class ServiceContainer<Started extends StartedServiceContainer> extends GenericContainer {
  readonly #service: ServiceName
  readonly #Started: StartedClass<Started>
  readonly #chosenPorts = new Set<string>()
  #containerId: string | undefined

  /**
   * @param Started what a container of the service is once it runs
   * @param image default: the image of this service that was built here, with the tag of LAB_TAG or `latest`
   */
  constructor(
    service: ServiceName,
    Started: StartedClass<Started>,
    image = `${localImages}${service}:${process.env['LAB_TAG'] || 'latest'}`,
  ) {
    super(image)
    this.#service = service
    this.#Started = Started
    this.withExposedPorts(services[service].port, containerAdminPort)
      .withEnvironment({ RESET: 'on' })
      .withDroppedCapabilities('ALL')
      .withSecurityOpt('no-new-privileges:true')
    this.hostConfig.Init = true
    this.hostConfig.ReadonlyRootfs = true
    this.hostConfig.Memory = 512 * mebibyte
    this.hostConfig.PidsLimit = 128
    this.hostConfig.LogConfig = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } }
    // /readyz is asked from outside; a check of Docker's would start a process in the container time and again.
    this.createOpts.Healthcheck = { Test: ['NONE'] }
  }

  /**
   * Keeps /data in memory, and no more than this of it: what a full disk does. It is empty after every start.
   * @param size bytes, or with a suffix: '16m'
   */
  withDataTmpFs(size: number | string): this {
    return this.withTmpFs({ '/data': `rw,size=${size},uid=1000,gid=1000,mode=0700` })
  }

  /** @throws Error when the image is missing, or the container does not become ready: it is removed then */
  override async start(): Promise<Started> {
    const runtime = await containerRuntime()
    if (!runtime.hasReaper) this.withAutoCleanup(false)
    await this.#assertImage(runtime)
    this.waitStrategy ??= new ReadinessWait(runtime.host)
    for (let started = 1; ; started += 1) {
      this.#containerId = undefined
      try {
        return new this.#Started(this.#service, await super.start(), runtime)
      } catch (error) {
        await this.#removeFailed(runtime)
        if (started === startsMax || !isPortTaken(error)) throw error
      }
    }
  }

  protected override async beforeContainerCreated(): Promise<void> {
    // A variable that is set twice has its last value.
    this.createOpts.Env = Object.entries(this.environment).map(([name, value]) => `${name}=${value}`)
    if ((await containerRuntime()).host === loopback) await this.#bindToLoopback()
  }

  protected override async containerCreated(containerId: string): Promise<void> {
    this.#containerId = containerId
  }

  /** Ports that are chosen here and not by Docker stay the same when the container is started again. */
  async #bindToLoopback(): Promise<void> {
    const bindings: Record<string, { HostPort?: string }[]> = this.hostConfig.PortBindings ?? {}
    for (const [port, [binding]] of Object.entries(bindings)) {
      let hostPort = binding?.HostPort ?? '0'
      if (hostPort === '0' || this.#chosenPorts.has(hostPort)) {
        hostPort = String(await freePort())
        this.#chosenPorts.add(hostPort)
      }
      this.hostConfig.PortBindings[port] = [{ HostIp: loopback, HostPort: hostPort }]
    }
  }

  async #assertImage({ client }: ContainerRuntime): Promise<void> {
    const image = this.imageName.string
    if (!image.startsWith(localImages) || (await client.image.exists(this.imageName))) return
    throw new Error(
      `There is no image ${image}: build it with "docker compose build ${this.#service}" in a checkout of the lab.`,
    )
  }

  async #removeFailed({ client }: ContainerRuntime): Promise<void> {
    if (this.#containerId === undefined) return
    const container = client.container.getById(this.#containerId)
    await container.remove({ force: true, v: true }).catch(unlessGone)
  }
}

function isPortTaken(error: unknown): boolean {
  return /port is already allocated|address already in use|ports are not available/i.test(String(error))
}
