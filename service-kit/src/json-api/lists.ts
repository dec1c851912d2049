import * as z from 'zod'

const limitMax = 1000
const limitDefault = 100
/** Tells the tokens of this form from later ones. */
const version = '1.'

/** The position after which a page begins, or undefined where a text is no `next` that a page gave. */
export function parseAfter(text: string): number | undefined {
  const decoded = Buffer.from(text, 'base64url').toString()
  const position = Number(/^1\.(\d{1,16})$/.exec(decoded)?.[1])
  return Number.isSafeInteger(position) && tokenOf(position) === text ? position : undefined
}

function tokenOf(position: number): string {
  return Buffer.from(version + position).toString('base64url')
}

/** The parameters of every list. An `after` that is left out begins before the first position, 1. */
export const listQuery = {
  limit: z
    .string()
    .regex(/^\d{1,4}$/, `must be an integer from 1 to ${limitMax}`)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= limitMax, `must be an integer from 1 to ${limitMax}`)
    .default(limitDefault),
  after: z
    .string()
    .transform((text, context) => {
      const position = parseAfter(text)
      if (position !== undefined) return position
      context.addIssue({ code: 'custom', message: 'must be the `next` of a page' })
      return z.NEVER
    })
    .default(0),
} as const

/** A page of a list, as its answer holds it. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

/**
 * A page of `limit` items out of one more than that, where there are so many.
 * @param view what is shown of a row, whose `position` grows along the list
 */
export function pageOf<Row extends { readonly position: number }, Item>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return { items: shown.map(view), next: last === undefined ? null : tokenOf(last.position) }
}
