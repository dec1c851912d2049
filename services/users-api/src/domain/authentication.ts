import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { User } from './entities.ts'
import type { UserStore } from './store.ts'

export interface Passwords {
  hash(password: string): Promise<string>
  /** Takes the same time where there is no hash, because there is no such account. */
  verify(hash: string | undefined, password: string): Promise<boolean>
}

/** A refresh token does not open a route, an access token does not refresh. */
export type TokenKind = 'access' | 'refresh'

export interface Tokens {
  issue(kind: TokenKind, userId: string): Promise<string>
  /** The user of a token that is valid and of that kind. */
  verify(kind: TokenKind, token: string): Promise<string | undefined>
}

/** Bounds how often logins may fail. */
export interface LoginLimiter {
  /** @throws LoginLimitError where too many failed */
  check(account: string, address: string): Promise<void>
  countFailure(account: string, address: string): Promise<void>
}

/** Counts failed logins under keys; so many of each key are forgotten in a minute. */
export interface LoginFailures {
  count(key: string, forgottenPerMinute: number): Promise<number>
  add(key: string, forgottenPerMinute: number): Promise<void>
}

/** Too many logins failed. */
export class LoginLimitError extends AppError {
  readonly retryAfterS: number

  constructor(retryAfterS: number) {
    super('resource_exhausted', 'Too many failed logins')
    this.retryAfterS = retryAfterS
  }
}

export interface Authentication {
  /** @throws AppError unauthenticated, resource_exhausted */
  login(credentials: Credentials): Promise<{ readonly accessToken: string; readonly refreshToken: string }>
  /** A new access token. @throws AppError unauthenticated */
  refresh(refreshToken: string): Promise<string>
  /** The user who makes a request. @throws AppError unauthenticated */
  authenticate(accessToken: string): Promise<User>
}

interface Credentials {
  readonly email: string
  readonly password: string
  /** Of the network peer. */
  readonly address: string
}

export interface AuthenticationDeps {
  readonly store: UserStore
  readonly passwords: Passwords
  readonly tokens: Tokens
  readonly limiter: LoginLimiter
}

export function createAuthentication(deps: AuthenticationDeps): Authentication {
  const { store, passwords, tokens, limiter } = deps
  return {
    async login({ email, password, address }) {
      await limiter.check(email, address)
      const account = await store.findByEmail(email)
      if (!(await passwords.verify(account?.passwordHash, password)) || account === undefined) {
        await limiter.countFailure(email, address)
        throw new AppError('unauthenticated', 'Invalid credentials')
      }
      const [accessToken, refreshToken] = await Promise.all([
        tokens.issue('access', account.user.id),
        tokens.issue('refresh', account.user.id),
      ])
      return { accessToken, refreshToken }
    },
    async refresh(refreshToken) {
      const userId = await tokens.verify('refresh', refreshToken)
      const user = userId === undefined ? undefined : await store.find(userId)
      if (user === undefined) throw new AppError('unauthenticated', 'Invalid or expired refresh token')
      return tokens.issue('access', user.id)
    },
    async authenticate(accessToken) {
      const userId = await tokens.verify('access', accessToken)
      const user = userId === undefined ? undefined : await store.find(userId)
      if (user === undefined) throw new AppError('unauthenticated', 'Invalid or expired token')
      return user
    },
  }
}
