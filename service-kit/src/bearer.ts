import type { IncomingMessage } from 'node:http'

/** The token of the scheme Bearer (RFC 6750, 2.1); of another scheme an empty one, which is never valid. */
export function bearerOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  if (!headers.authorization) return undefined
  return /^Bearer +(\S+)$/i.exec(headers.authorization)?.[1] ?? ''
}
