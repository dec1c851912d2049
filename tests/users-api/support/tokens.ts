import { createHmac, randomUUID } from 'node:crypto'

export const secret = 'a-secret-key-of-the-tests-0123456789'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token that somebody else than the server made; `claims` and `options` say what is wrong with it. */
export function forgeToken(
  sub: string,
  claims: Record<string, unknown> = {},
  { key = secret, alg = 'HS256' } = {},
): string {
  const now = Math.floor(Date.now() / 1000)
  const payload = { sub, kind: 'access', jti: randomUUID(), iat: now, exp: now + 600, ...claims }
  const signed = `${encode({ alg, typ: 'JWT' })}.${encode(payload)}`
  const hash = alg === 'HS512' ? 'sha512' : 'sha256'
  const signature = alg === 'none' ? '' : createHmac(hash, key).update(signed).digest('base64url')
  return `${signed}.${signature}`
}
