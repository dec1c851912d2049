import type { NewUser, User, UserChanges } from '@polyservice-lab/contracts/users-api'
import type { CallOptions, ClientOptions } from '../core/call-options.ts'
import { type ApiClientOptions, apiPath, createApiClient } from './api-client.ts'

/** What everybody may do. */
export interface PublicUsersClient {
  /** @throws LabError already_exists, invalid_argument */
  create(user: NewUser, options?: CallOptions): Promise<User>
}

/** What those who are logged in may do. */
export interface PrivateUsersClient {
  /** The user who is logged in. */
  getMe(options?: CallOptions): Promise<User>
  /** @throws LabError not_found */
  get(id: string, options?: CallOptions): Promise<User>
  /** @throws LabError not_found, already_exists, permission_denied */
  update(id: string, changes: UserChanges, options?: CallOptions): Promise<User>
  /** @throws LabError permission_denied */
  delete(id: string, options?: CallOptions): Promise<void>
}

const path = `${apiPath}/users`
const withId = (id: string) => `${path}/${encodeURIComponent(id)}`

export function createPublicUsersClient(options: ClientOptions = {}): PublicUsersClient {
  const api = createApiClient(options)
  return {
    create: async (json, callOptions) =>
      (await api.call<{ user: User }>('POST', path, { json }, callOptions)).user,
  }
}

/** @param options with the access token of a login */
export function createPrivateUsersClient(options: ApiClientOptions): PrivateUsersClient {
  const api = createApiClient(options)
  return {
    getMe: async (callOptions) => (await api.call<{ user: User }>('GET', `${path}/me`, {}, callOptions)).user,
    get: async (id, callOptions) => (await api.call<{ user: User }>('GET', withId(id), {}, callOptions)).user,
    update: async (id, json, callOptions) =>
      (await api.call<{ user: User }>('PATCH', withId(id), { json }, callOptions)).user,
    async delete(id, callOptions) {
      await api.call<null>('DELETE', withId(id), {}, callOptions)
    },
  }
}
