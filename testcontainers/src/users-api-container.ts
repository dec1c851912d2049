import { createLab, type Lab, type LabOptions } from '@polyservice-lab/clients'
import type { StopOptions, StoppedTestContainer } from 'testcontainers'
import { type StartedPostgres, startPostgres } from './postgres.ts'
import { ServiceContainer } from './service-container.ts'
import { StartedServiceContainer } from './started-service-container.ts'

/** The REST part of a lab. */
export type UsersApiClient = Omit<Lab, 'catalogue' | 'history' | 'echo'>

/** REST with JWT: users, files, courses, exercises. */
export class UsersApiContainer extends ServiceContainer<StartedUsersApiContainer> {
  #postgres: StartedPostgres | 'own' | undefined

  constructor(image?: string) {
    super('users-api', StartedUsersApiContainer, image)
  }

  /** `strict`, the default: the owner alone changes and deletes. `open`: everybody who is logged in. */
  withPolicy(policy: 'strict' | 'open'): this {
    return this.withEnvironment({ POLICY: policy })
  }

  /**
   * Keeps everything in PostgreSQL and not in SQLite.
   * @param postgres one that runs, for several containers that behave as one; default: one of its own
   */
  withPostgres(postgres?: StartedPostgres): this {
    this.#postgres = postgres ?? 'own'
    return this
  }

  override async start(): Promise<StartedUsersApiContainer> {
    if (this.#postgres === undefined) return super.start()
    const own = this.#postgres === 'own' ? await startPostgres() : undefined
    const postgres = this.#postgres === 'own' ? own : this.#postgres
    if (postgres !== undefined)
      this.withNetwork(postgres.network).withEnvironment({ STORE: 'postgres', DATABASE_URL: postgres.url() })
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

export class StartedUsersApiContainer extends StartedServiceContainer {
  /** The PostgreSQL that was started for it, and is removed with it. */
  ownPostgres: StartedPostgres | undefined

  override client(options: Omit<LabOptions, 'host' | 'ports'> = {}): UsersApiClient {
    const { host, port } = this.address()
    return createLab({ ...options, host, ports: { usersApi: port } })
  }

  override async stop(options: Partial<StopOptions> = {}): Promise<StoppedTestContainer> {
    const stopped = await super.stop(options)
    if (options.remove !== false) await this.ownPostgres?.stop()
    return stopped
  }
}
