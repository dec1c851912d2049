import type { Condition } from '@polyservice-lab/shop'
import type { Request } from 'express'
import { etagsOf } from './representations.ts'
import type { View } from './views.ts'

/** The entity tags of a condition (RFC 9110, 13.1), `W/` included; none for what is no list of tags. */
function tagsOf(header: string): readonly string[] {
  return header.match(/(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g) ?? []
}

const isAny = (header: string) => header.trim() === '*'
const withoutWeakness = (tag: string) => tag.replace(/^W\//, '')

/** Whether a client has a representation already: If-None-Match, by weak comparison. */
export function isKept({ headers }: Request, etag: string): boolean {
  const header = headers['if-none-match']
  if (header === undefined) return false
  return isAny(header) || tagsOf(header).map(withoutWeakness).includes(etag)
}

/** Whether a change may be made: If-Match by strong comparison, If-None-Match by weak; undefined where nothing is asked. */
export function conditionOf<Entity>(
  { headers }: Request,
  view: (entity: Entity) => View,
): Condition<Entity> | undefined {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  if (match === undefined && noneMatch === undefined) return undefined
  return (current) => {
    const etags = etagsOf(view(current))
    const isOneOf = (tags: readonly string[]) => tags.some((tag) => etags.includes(tag))
    const holds = match === undefined || isAny(match) || isOneOf(tagsOf(match))
    const isNone =
      noneMatch === undefined || !(isAny(noneMatch) || isOneOf(tagsOf(noneMatch).map(withoutWeakness)))
    return holds && isNone
  }
}
