import {
  createShopRestClient,
  type ShopRestClient,
  type ShopRestClientOptions,
} from '@polyservice-lab/clients'
import type { StopOptions, StoppedTestContainer } from 'testcontainers'
import { type StartedPostgres, startPostgres } from './postgres.ts'
import { ServiceContainer } from './service-container.ts'
import { StartedServiceContainer } from './started-service-container.ts'

/** REST: users, products and orders of the shop, in a PostgreSQL of its own where it is given none. */
export class ShopRestContainer extends ServiceContainer<StartedShopRestContainer> {
  #postgres: StartedPostgres | undefined

  constructor(image?: string) {
    super('shop-rest', StartedShopRestContainer, image)
  }

  /** Keeps the shop in a PostgreSQL that runs: several containers on one behave as one. */
  withPostgres(postgres: StartedPostgres): this {
    this.#postgres = postgres
    return this
  }

  override async start(): Promise<StartedShopRestContainer> {
    const own = this.#postgres === undefined ? await startPostgres() : undefined
    const postgres = this.#postgres ?? own
    if (postgres !== undefined)
      this.withNetwork(postgres.network).withEnvironment({ DATABASE_URL: postgres.url() })
    try {
      const started = await super.start()
      started.ownPostgres = own
      return started
    } catch (error) {
      await own?.stop()
      throw error
    }
  }
}

export class StartedShopRestContainer extends StartedServiceContainer {
  /** The PostgreSQL that was started for it, and is removed with it. */
  ownPostgres: StartedPostgres | undefined

  override client(options: Omit<ShopRestClientOptions, 'host' | 'port'> = {}): ShopRestClient {
    return createShopRestClient({ ...options, ...this.address() })
  }

  override async stop(options: Partial<StopOptions> = {}): Promise<StoppedTestContainer> {
    const stopped = await super.stop(options)
    if (options.remove !== false) await this.ownPostgres?.stop()
    return stopped
  }
}
