import type { ServiceName } from '@polyservice-lab/contracts/services'
import type { StopOptions, StoppedTestContainer } from 'testcontainers'
import { type StartedPostgres, startPostgres } from './postgres.ts'
import { type StartedRabbitMq, startRabbitMq } from './rabbitmq.ts'
import { ServiceContainer } from './service-container.ts'
import { StartedServiceContainer } from './started-service-container.ts'

const password = 'lab'

/** What the services of the order saga stand on: one PostgreSQL, with a database for each, and one RabbitMQ. */
export interface SagaEngines {
  readonly postgres: StartedPostgres
  readonly rabbitmq: StartedRabbitMq
}

/** Starts both, on one network. */
export async function startSagaEngines(): Promise<SagaEngines> {
  const postgres = await startPostgres()
  try {
    return { postgres, rabbitmq: await startRabbitMq(postgres.network) }
  } catch (error) {
    await postgres.stop()
    throw error
  }
}

export async function stopSagaEngines({ postgres, rabbitmq }: SagaEngines): Promise<void> {
  await rabbitmq.stop()
  // With its network, on which the other one was.
  await postgres.stop()
}

/** A service of the order saga, with a PostgreSQL and a RabbitMQ of its own where it is given none. */
export abstract class SagaContainer<Started extends StartedSagaContainer> extends ServiceContainer<Started> {
  readonly #service: ServiceName
  #engines: SagaEngines | undefined

  constructor(...[service, ...rest]: ConstructorParameters<typeof ServiceContainer<Started>>) {
    super(service, ...rest)
    this.#service = service
  }

  /** Takes engines that run: services on the same ones hear each other. */
  withEngines(engines: SagaEngines): this {
    this.#engines = engines
    return this
  }

  override async start(): Promise<Started> {
    const own = this.#engines === undefined ? await startSagaEngines() : undefined
    const engines = this.#engines ?? own
    try {
      if (engines !== undefined) {
        this.withNetwork(engines.postgres.network)
          .withNetworkAliases(this.#service)
          .withEnvironment({
            DATABASE_URL: await databaseUrl(engines.postgres, this.#service),
            AMQP_URL: engines.rabbitmq.url(),
          })
      }
      const started = await super.start()
      started.ownEngines = own
      return started
    } catch (error) {
      if (own !== undefined) await stopSagaEngines(own)
      throw error
    }
  }
}

export abstract class StartedSagaContainer extends StartedServiceContainer {
  /** The engines that were started for it, and are removed with it. */
  ownEngines: SagaEngines | undefined

  override async stop(options: Partial<StopOptions> = {}): Promise<StoppedTestContainer> {
    const stopped = await super.stop(options)
    if (options.remove !== false && this.ownEngines !== undefined) await stopSagaEngines(this.ownEngines)
    return stopped
  }
}

/** Makes the role and the database of a service where they are missing. @returns the URL for containers */
async function databaseUrl(postgres: StartedPostgres, name: string): Promise<string> {
  const isThere = await postgres.psql(`select 1 from pg_roles where rolname = '${name}'`)
  if (isThere === '') {
    await postgres.psql(`create role ${name} login password '${password}'`)
    await postgres.psql(`create database ${name} owner ${name}`)
  }
  const url = new URL(postgres.url())
  return Object.assign(url, { username: name, password, pathname: `/${name}` }).href
}
