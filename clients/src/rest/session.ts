import type { Credentials, Tokens } from '@polyservice-lab/contracts/users-api'
import { LabError } from '../core/lab-error.ts'
import type { AuthenticationClient } from './authentication-client.ts'

/** Who is logged in: one for any number of clients, so that they log in and refresh once for all. */
export interface Session {
  /** The access token; the first call logs in. @throws LabError of the login */
  accessToken(): Promise<string>
  /**
   * Another access token, after the server refused `refused` with 401: a refresh, or a new login where the refresh
   * token is refused too. Callers at the same time share one; callers that come late get what the others got.
   * @throws LabError of the refresh or of the login
   */
  renew(refused: string): Promise<string>
}

/** What a session begins with. Without an account it lasts as long as the refresh token does. */
export type SessionStart =
  | { readonly account: Credentials; readonly tokens?: Tokens | undefined }
  | { readonly account?: undefined; readonly tokens: Tokens }

/**
 * Makes a session; nothing is sent before its first use.
 * @example
 * const session = createSession(createAuthenticationClient(), { account })
 * const files = createFilesClient({ session })
 * const courses = createCoursesClient({ session })
 */
export function createSession(authentication: AuthenticationClient, start: SessionStart): Session {
  const { account } = start
  let current = start.tokens && Promise.resolve(start.tokens)

  /** Makes `next` what all callers wait for; where it fails, the next caller begins again from what there was. */
  function share(next: Promise<Tokens>): Promise<Tokens> {
    const previous = current
    current = next
    next.catch(() => {
      if (current === next) current = previous
    })
    return next
  }

  async function renewed({ refreshToken }: Tokens): Promise<Tokens> {
    try {
      return await authentication.refresh(refreshToken)
    } catch (error) {
      const isRefused = error instanceof LabError && error.code === 'unauthenticated'
      if (!isRefused || account === undefined) throw error
      return authentication.login(account)
    }
  }

  function tokens(): Promise<Tokens> {
    if (current !== undefined) return current
    // Without tokens there is an account.
    return share(authentication.login(account as Credentials))
  }

  return {
    accessToken: async () => (await tokens()).accessToken,
    async renew(refused) {
      const held = tokens()
      const old = await held
      if (old.accessToken !== refused) return old.accessToken
      return (await (current === held ? share(renewed(old)) : tokens())).accessToken
    },
  }
}
