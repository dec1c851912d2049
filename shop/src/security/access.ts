import { createHash, timingSafeEqual } from 'node:crypto'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Tokens } from './tokens.ts'

export interface AccessOptions {
  readonly username: string
  readonly password: string
  /** `writes`: whoever changes something needs a token. `open`: nobody needs one. */
  readonly auth: 'open' | 'writes'
  readonly tokens: Tokens
}

/** Who may do what. Whoever shows no valid credential is `unauthenticated`. */
export interface Access {
  /** A token for the one account. */
  logIn(username: string, password: string): Promise<string>
  /**
   * @param token undefined where none was sent; a wrong one is refused even where none is needed
   * @param needs `token`: one is needed whatever the policy says
   */
  authorize(token: string | undefined, needs: 'read' | 'write' | 'token'): Promise<void>
}

export function createAccess({ username, password, auth, tokens }: AccessOptions): Access {
  return {
    async logIn(givenName, givenPassword) {
      const isName = isSame(givenName, username)
      if (!isSame(givenPassword, password) || !isName)
        throw new AppError('unauthenticated', 'wrong credentials')
      return tokens.issue(username)
    },
    async authorize(token, needs) {
      if (token === undefined) {
        if (needs === 'token' || (needs === 'write' && auth === 'writes'))
          throw new AppError('unauthenticated', 'a token is needed')
      } else if (!(await tokens.isValid(token)))
        throw new AppError('unauthenticated', 'the token is not valid')
    },
  }
}

/** Compares in a time that does not tell how much of the texts is the same. */
export function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}
