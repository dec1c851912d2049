import type { Credentials, Tokens } from '@polyservice-lab/contracts/users-api'
import type { CallOptions, ClientOptions } from '../core/call-options.ts'
import { answerOf, answers } from './answers.ts'
import { apiPath, createApiClient } from './api-client.ts'
import type { ApiResponse } from './api-response.ts'

/** Logs in. What ends with Api gives the answer as it is, whatever its status. */
export interface AuthenticationClient {
  /** @param json the body, however wrong */
  loginApi(json: unknown, options?: CallOptions): Promise<ApiResponse>
  /** @throws LabError unauthenticated, resource_exhausted */
  login(credentials: Credentials, options?: CallOptions): Promise<Tokens>
  /** @param json the body, however wrong */
  refreshApi(json: unknown, options?: CallOptions): Promise<ApiResponse>
  /** A new access token with the same refresh token. @throws LabError unauthenticated */
  refresh(refreshToken: string, options?: CallOptions): Promise<Tokens>
  /** @param form the form of the OAuth 2 password grant (RFC 6749, 4.3.2), however wrong */
  createTokenApi(form: Readonly<Record<string, string>>, options?: CallOptions): Promise<ApiResponse>
  /** An access token by the OAuth 2 password grant. @throws LabError unauthenticated, resource_exhausted */
  createToken(credentials: Credentials, options?: CallOptions): Promise<string>
}

const path = `${apiPath}/authentication`

/**
 * @example
 * const { accessToken } = await createAuthenticationClient().login({ email, password })
 */
export function createAuthenticationClient(options: ClientOptions = {}): AuthenticationClient {
  const api = createApiClient(options)
  const loginApi: AuthenticationClient['loginApi'] = (json, call) => api.post(`${path}/login`, { json }, call)
  const refreshApi: AuthenticationClient['refreshApi'] = (json, call) =>
    api.post(`${path}/refresh`, { json }, call)
  const createTokenApi: AuthenticationClient['createTokenApi'] = (form, call) =>
    api.post(`${path}/token`, { body: new URLSearchParams(form) }, call)

  return {
    loginApi,
    refreshApi,
    createTokenApi,
    login: async ({ email, password }, call) =>
      (await answerOf(loginApi({ email, password }, call), answers.token)).token,
    refresh: async (refreshToken, call) =>
      (await answerOf(refreshApi({ refreshToken }, call), answers.token)).token,
    createToken: async ({ email, password }, call) => {
      const form = { grant_type: 'password', username: email, password }
      return (await answerOf(createTokenApi(form, call), answers.oauthToken)).access_token
    },
  }
}
