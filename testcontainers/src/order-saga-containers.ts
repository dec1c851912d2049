import { createLab, type Lab, type LabOptions } from '@polyservice-lab/clients'
import { type SagaService, sagaServices } from '@polyservice-lab/contracts/order-saga/facts'
import { containers } from './containers.ts'
import { type SagaEngines, startSagaEngines, stopSagaEngines } from './saga-container.ts'
import type { StartedServiceContainer } from './started-service-container.ts'

type Environment = Readonly<Record<string, string>>

/** The containers of the order saga on a PostgreSQL and a RabbitMQ of their own. */
export class OrderSagaContainers {
  readonly #environment: Record<string, string> = {}
  readonly #environments = new Map<SagaService, Environment>()
  #services: readonly SagaService[] = sagaServices

  /** Variables of every service. `FLOW` is `orchestration` by default, or `choreography`. */
  withEnvironment(environment: Environment): this {
    Object.assign(this.#environment, environment)
    return this
  }

  /** Variables of one service. */
  withServiceEnvironment(service: SagaService, environment: Environment): this {
    this.#environments.set(service, { ...this.#environments.get(service), ...environment })
    return this
  }

  /** Starts these services only: in the choreography, orders, cards and notifications do the whole work. */
  withServices(...services: readonly SagaService[]): this {
    this.#services = services
    return this
  }

  /** Starts engines and services; all are ready, and hear each other, when it resolves. */
  async start(): Promise<StartedOrderSaga> {
    const engines = await startSagaEngines()
    const starting = this.#services.map(async (name) => {
      const container = new containers[name]()
        .withEngines(engines)
        .withEnvironment({ ...this.#environment, ...this.#environments.get(name) })
      return [name, await container.start()] as const
    })
    const settled = await Promise.allSettled(starting)
    const started = new Map(settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])))
    const saga = new StartedOrderSaga(engines, started)
    try {
      const failed = settled.find((one) => one.status === 'rejected')
      if (failed !== undefined) throw failed.reason
      await saga.untilConnected()
      return saga
    } catch (error) {
      await saga.stop()
      throw error
    }
  }
}

const connectedTimeoutMs = 60_000
const pollMs = 50

/** The order saga that runs. Disposing removes it with its engines. */
export class StartedOrderSaga implements AsyncDisposable {
  readonly engines: SagaEngines
  readonly #services: ReadonlyMap<SagaService, StartedServiceContainer>

  constructor(engines: SagaEngines, services: ReadonlyMap<SagaService, StartedServiceContainer>) {
    this.engines = engines
    this.#services = services
  }

  get services(): readonly StartedServiceContainer[] {
    return [...this.#services.values()]
  }

  /** @throws Error where it was not started */
  service(name: SagaService): StartedServiceContainer {
    const service = this.#services.get(name)
    if (service === undefined) throw new Error(`${name} was not started`)
    return service
  }

  /** Clients for where the services are now. */
  lab(options: Omit<LabOptions, 'host' | 'ports'> = {}): Lab {
    const addresses = [...this.#services].map(([name, service]) => [name, service.address()] as const)
    const ports = Object.fromEntries(addresses.map(([name, { port }]) => [name, port]))
    return createLab({ ...options, host: addresses[0]?.[1].host, ports })
  }

  /** Resolves when every service sends and receives. */
  async untilConnected(): Promise<void> {
    const deadline = performance.now() + connectedTimeoutMs
    for (const service of this.services)
      while ((await service.metric('saga_broker_connected').catch(() => 0)) !== 1) {
        if (performance.now() > deadline) throw new Error(`${service.service} has no broker`)
        await new Promise((resolve) => setTimeout(resolve, pollMs))
      }
  }

  /** All of them forget everything; nothing may be pending. */
  async reset(): Promise<void> {
    await Promise.all(this.services.map((service) => service.reset()))
    await this.untilConnected()
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.services.map((service) => service.stop()))
    await stopSagaEngines(this.engines)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
