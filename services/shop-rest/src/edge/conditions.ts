import { isAnyTag, tagsOf, withoutWeakness } from '@polyservice-lab/service-kit/http'
import type { Condition } from '@polyservice-lab/shop'
import type { Request } from 'express'
import { etagsOf } from './representations.ts'
import type { View } from './views.ts'

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
    const holds = match === undefined || isAnyTag(match) || isOneOf(tagsOf(match))
    const isNone =
      noneMatch === undefined || !(isAnyTag(noneMatch) || isOneOf(tagsOf(noneMatch).map(withoutWeakness)))
    return holds && isNone
  }
}
