import type { NewUser, User, UserChanges } from '@polyservice-lab/contracts/users-api'
import type { CallOptions, ClientOptions } from '../core/call-options.ts'
import { answerOf, answers } from './answers.ts'
import { type ApiClientOptions, apiPath, createApiClient, withId } from './api-client.ts'
import type { ApiResponse } from './api-response.ts'

/** What everybody may do. What ends with Api gives the answer as it is, whatever its status. */
export interface PublicUsersClient {
  /** @param json the body, however wrong */
  createUserApi(json: unknown, options?: CallOptions): Promise<ApiResponse>
  /** @throws LabError already_exists, invalid_argument */
  createUser(user: NewUser, options?: CallOptions): Promise<User>
}

/** What those who are logged in may do. What ends with Api gives the answer as it is, whatever its status. */
export interface PrivateUsersClient {
  getUserMeApi(options?: CallOptions): Promise<ApiResponse>
  /** The user who is logged in. */
  getUserMe(options?: CallOptions): Promise<User>
  getUserApi(id: string, options?: CallOptions): Promise<ApiResponse>
  /** @throws LabError not_found */
  getUser(id: string, options?: CallOptions): Promise<User>
  /** @param json the body, however wrong */
  updateUserApi(id: string, json: unknown, options?: CallOptions): Promise<ApiResponse>
  /** @throws LabError not_found, already_exists, permission_denied */
  updateUser(id: string, changes: UserChanges, options?: CallOptions): Promise<User>
  deleteUserApi(id: string, options?: CallOptions): Promise<ApiResponse>
  /** With all that is theirs. @throws LabError permission_denied */
  deleteUser(id: string, options?: CallOptions): Promise<void>
}

const path = `${apiPath}/users`

/**
 * @example
 * const user = await createPublicUsersClient().createUser({ email, password, lastName, firstName, middleName })
 */
export function createPublicUsersClient(options: ClientOptions = {}): PublicUsersClient {
  const api = createApiClient(options)
  const createUserApi: PublicUsersClient['createUserApi'] = (json, call) => api.post(path, { json }, call)
  return {
    createUserApi,
    createUser: async (user, call) => (await answerOf(createUserApi(user, call), answers.user)).user,
  }
}

/**
 * @param options with a session or an access token
 * @example
 * const me = await createPrivateUsersClient({ token: accessToken }).getUserMe()
 */
export function createPrivateUsersClient(options: ApiClientOptions): PrivateUsersClient {
  const api = createApiClient(options)
  const getUserApi: PrivateUsersClient['getUserApi'] = async (id, call) => api.get(withId(path, id), {}, call)
  const getUserMeApi: PrivateUsersClient['getUserMeApi'] = (call) => getUserApi('me', call)
  const updateUserApi: PrivateUsersClient['updateUserApi'] = async (id, json, call) =>
    api.patch(withId(path, id), { json }, call)
  const deleteUserApi: PrivateUsersClient['deleteUserApi'] = async (id, call) =>
    api.delete(withId(path, id), {}, call)

  return {
    getUserMeApi,
    getUserApi,
    updateUserApi,
    deleteUserApi,
    getUserMe: async (call) => (await answerOf(getUserMeApi(call), answers.user)).user,
    getUser: async (id, call) => (await answerOf(getUserApi(id, call), answers.user)).user,
    updateUser: async (id, changes, call) =>
      (await answerOf(updateUserApi(id, changes, call), answers.user)).user,
    async deleteUser(id, call) {
      await answerOf(deleteUserApi(id, call), answers.nothing)
    },
  }
}
