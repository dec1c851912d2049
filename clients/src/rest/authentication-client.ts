import type { Credentials, Tokens } from '@polyservice-lab/contracts/users-api'
import type { CallOptions, ClientOptions } from '../core/call-options.ts'
import { apiPath, createApiClient } from './api-client.ts'

export interface AuthenticationClient {
  /** @throws LabError unauthenticated, resource_exhausted */
  login(credentials: Credentials, options?: CallOptions): Promise<Tokens>
  /** A new access token with the same refresh token. @throws LabError unauthenticated */
  refresh(refreshToken: string, options?: CallOptions): Promise<Tokens>
}

export function createAuthenticationClient(options: ClientOptions = {}): AuthenticationClient {
  const api = createApiClient(options)
  async function post(path: string, json: unknown, callOptions?: CallOptions): Promise<Tokens> {
    const url = `${apiPath}/authentication/${path}`
    return (await api.call<{ token: Tokens }>('POST', url, { json }, callOptions)).token
  }
  return {
    login: ({ email, password }, callOptions) => post('login', { email, password }, callOptions),
    refresh: (refreshToken, callOptions) => post('refresh', { refreshToken }, callOptions),
  }
}
