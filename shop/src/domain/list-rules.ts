import { assertValid } from './rules.ts'

const pageMax = 100_000
const limitMax = 100
const sortKeysMax = 3
const searchLengthMax = 100

/** A list as it is asked for: whatever its style, the same values are wrong. */
export interface ListRequest {
  readonly email?: string | undefined
  readonly q?: string | undefined
  /** Texts like `name_asc`. */
  readonly sort?: readonly string[] | undefined
  readonly page?: number | undefined
  readonly limit?: number | undefined
}

export const listRuleTexts = {
  email: 'must not be empty',
  q: `must have 1 to ${searchLengthMax} characters`,
  sort: `must have up to ${sortKeysMax} keys, none of them twice`,
  page: `must be an integer from 1 to ${pageMax}`,
  limit: `must be an integer from 1 to ${limitMax}`,
} as const

/**
 * @param limitField what the style calls `limit`
 * @throws AppError invalid_argument with a violation for each wrong value
 */
export function assertList({ email, q, sort = [], page, limit }: ListRequest, limitField = 'limit'): void {
  assertValid([
    email === '' && { field: 'email', description: listRuleTexts.email },
    q !== undefined && !isSearch(q) && { field: 'q', description: listRuleTexts.q },
    !isSort(sort) && { field: 'sort', description: listRuleTexts.sort },
    page !== undefined && !isWithin(page, pageMax) && { field: 'page', description: listRuleTexts.page },
    limit !== undefined &&
      !isWithin(limit, limitMax) && { field: limitField, description: listRuleTexts.limit },
  ])
}

/** Whether a text can be looked for. */
export function isSearch(q: string): boolean {
  // A code point has at most two units; longer texts are not counted.
  return q !== '' && q.length <= 2 * searchLengthMax && [...q].length <= searchLengthMax
}

function isSort(sort: readonly string[]): boolean {
  const keys = sort.map((one) => one.slice(0, one.lastIndexOf('_')))
  return keys.length <= sortKeysMax && new Set(keys).size === keys.length
}

function isWithin(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max
}
