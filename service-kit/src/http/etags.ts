import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** A strong entity tag (RFC 9110, 8.8.3): another one for every other text. */
export function etagOf(body: string): string {
  return `"${hash('sha256', body, 'base64url').slice(0, 27)}"`
}

/** The entity tags of a condition (RFC 9110, 13.1), `W/` included; none for what is no list of tags. */
export function tagsOf(header: string): readonly string[] {
  return header.match(/(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g) ?? []
}

/** Whether a condition holds for everything that there is: `*`. */
export function isAnyTag(header: string): boolean {
  return header.trim() === '*'
}

/** A tag as weak comparison sees it (RFC 9110, 8.8.3.2). */
export function withoutWeakness(tag: string): string {
  return tag.replace(/^W\//, '')
}

/** Whether a client has a representation already: If-None-Match, by weak comparison. */
export function isKept({ headers }: IncomingMessage, etag: string): boolean {
  const header = headers['if-none-match']
  if (header === undefined) return false
  return isAnyTag(header) || tagsOf(header).map(withoutWeakness).includes(etag)
}
