import { jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import type { TokenKind, Tokens } from '../domain/authentication.ts'

const algorithm = 'HS256'
/** How many verified tokens are remembered. */
const verifiedMax = 10_000

export interface TokensOptions {
  /** At least 32 bytes (RFC 7518 section 3.2). */
  readonly secret: Uint8Array<ArrayBuffer>
  readonly lifetimeS: Readonly<Record<TokenKind, number>>
  readonly newId: () => string
  readonly now: () => number
}

interface Verified {
  readonly kind: TokenKind
  readonly userId: string
  readonly expiresAtS: number
}

/**
 * JSON Web Tokens (RFC 7519) with `sub`, `iat`, `exp`, `jti` and `kind`. Their signatures are checked once: what was
 * verified is remembered until it expires.
 */
export async function createTokens({ secret, lifetimeS, newId, now }: TokensOptions): Promise<Tokens> {
  const name = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', secret, name, false, ['sign', 'verify'])
  const verified = new LRUCache<string, Verified>({ max: verifiedMax })
  const nowS = () => Math.floor(now() / 1000)

  /** RFC 4648, 3.5: a signature has one spelling, though its last character has bits that do not count. */
  function isCanonical(token: string): boolean {
    const signature = token.slice(token.lastIndexOf('.') + 1)
    return Buffer.from(signature, 'base64url').toString('base64url') === signature
  }

  async function read(token: string): Promise<Verified | undefined> {
    if (!isCanonical(token)) return undefined
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [algorithm],
        requiredClaims: ['sub', 'iat', 'exp', 'jti', 'kind'],
        currentDate: new Date(now()),
      })
      const { sub: userId, exp: expiresAtS, kind } = payload
      // Signed with our key is not yet made by us.
      if (typeof userId !== 'string' || expiresAtS === undefined) return undefined
      return kind === 'access' || kind === 'refresh' ? { kind, userId, expiresAtS } : undefined
    } catch {
      return undefined
    }
  }

  return {
    issue(kind, userId) {
      const issuedAtS = nowS()
      return new SignJWT({ kind })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setSubject(userId)
        .setJti(newId())
        .setIssuedAt(issuedAtS)
        .setExpirationTime(issuedAtS + lifetimeS[kind])
        .sign(key)
    },
    async verify(kind, token) {
      let claims = verified.get(token)
      if (claims === undefined) {
        claims = await read(token)
        if (claims === undefined) return undefined
        verified.set(token, claims)
      } else if (claims.expiresAtS <= nowS()) {
        verified.delete(token)
        return undefined
      }
      return claims.kind === kind ? claims.userId : undefined
    },
  }
}
