import { createLab, type Lab, type LabOptions } from '@polyservice-lab/clients'
import { ServiceContainer } from './service-container.ts'
import { StartedServiceContainer } from './started-service-container.ts'

/** The REST part of a lab. */
export type UsersApiClient = Omit<Lab, 'catalogue' | 'history' | 'echo'>

/** REST with JWT: users, files, courses, exercises. */
export class UsersApiContainer extends ServiceContainer<StartedUsersApiContainer> {
  constructor(image?: string) {
    super('users-api', StartedUsersApiContainer, image)
  }

  /** `strict`, the default: the owner alone changes and deletes. `open`: everybody who is logged in. */
  withPolicy(policy: 'strict' | 'open'): this {
    return this.withEnvironment({ POLICY: policy })
  }
}

export class StartedUsersApiContainer extends StartedServiceContainer {
  override client(options: Omit<LabOptions, 'host' | 'ports'> = {}): UsersApiClient {
    const { host, port } = this.address()
    return createLab({ ...options, host, ports: { usersApi: port } })
  }
}
