import { jwtVerify, SignJWT } from 'jose'

const algorithm = 'HS256'
const lifetimeS = 24 * 3600

/** JSON Web Tokens (RFC 7519) with `user`, `iat` and `exp`, valid for 24 hours. */
export interface Tokens {
  issue(user: string): Promise<string>
  isValid(token: string): Promise<boolean>
}

/** @param secret at least 32 bytes (RFC 7518 section 3.2) */
export async function createTokens(secret: Uint8Array, now: () => Date): Promise<Tokens> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', new Uint8Array(secret), hmac, false, ['sign', 'verify'])
  return {
    issue(user) {
      const issuedAt = Math.floor(now().getTime() / 1000)
      return new SignJWT({ user })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeS)
        .sign(key)
    },
    async isValid(token) {
      if (!isCanonical(token)) return false
      const options = {
        algorithms: [algorithm],
        requiredClaims: ['user', 'iat', 'exp'],
        currentDate: now(),
      }
      return jwtVerify(token, key, options).then(
        ({ payload }) => typeof payload['user'] === 'string',
        () => false,
      )
    },
  }
}

/** RFC 4648, 3.5: a signature has one spelling, though its last character has bits that do not count. */
function isCanonical(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1)
  return Buffer.from(signature, 'base64url').toString('base64url') === signature
}
