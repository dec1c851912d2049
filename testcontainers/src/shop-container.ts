import type { StopOptions, StoppedTestContainer } from 'testcontainers'
import { type StartedPostgres, startPostgres } from './postgres.ts'
import { ServiceContainer } from './service-container.ts'
import { StartedServiceContainer } from './started-service-container.ts'

/** One style of the shop, in a PostgreSQL of its own where it is given none. */
export abstract class ShopContainer<Started extends StartedShopContainer> extends ServiceContainer<Started> {
  #postgres: StartedPostgres | undefined

  /** Keeps the shop in a PostgreSQL that runs: containers on one, of one style or of several, show one shop. */
  withPostgres(postgres: StartedPostgres): this {
    this.#postgres = postgres
    return this
  }

  override async start(): Promise<Started> {
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

export abstract class StartedShopContainer extends StartedServiceContainer {
  /** The PostgreSQL that was started for it, and is removed with it. */
  ownPostgres: StartedPostgres | undefined

  override async stop(options: Partial<StopOptions> = {}): Promise<StoppedTestContainer> {
    const stopped = await super.stop(options)
    if (options.remove !== false) await this.ownPostgres?.stop()
    return stopped
  }
}
