import * as z from 'zod'
import { orderStatuses, roles } from '../domain/entities.ts'
import type { SortKey } from '../domain/lists.ts'
import {
  emailLengthMax,
  isEmail,
  isId,
  isIdempotencyKey,
  isName,
  isQuantity,
  itemsMax,
  nameLengthMax,
  quantityMax,
  ruleTexts,
} from '../domain/rules.ts'

/** The values that a client sends, checked by the rules of the shop. */
export const scalars = {
  id: z
    .number(ruleTexts.id)
    .refine(isId, ruleTexts.id)
    .meta({ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, examples: [1] }),
  name: z
    .string()
    .refine(isName, ruleTexts.name)
    .meta({ minLength: 1, maxLength: nameLengthMax, examples: ['Dora'] }),
  email: z
    .string()
    .refine(isEmail, ruleTexts.email)
    .meta({ format: 'email', maxLength: emailLengthMax, examples: ['dora@example.com'] }),
  role: z.enum(roles),
  quantity: z
    .number(ruleTexts.quantity)
    .refine(isQuantity, ruleTexts.quantity)
    .meta({ type: 'integer', minimum: 1, maximum: quantityMax, examples: [2] }),
  itemsMax,
  idempotencyKey: z
    .string()
    .refine(isIdempotencyKey, ruleTexts.idempotencyKey)
    .meta({ examples: ['once'] }),
} as const

const pageMax = 100_000
const limitMax = 100
const sortKeysMax = 3
const searchLengthMax = 100

/** The limit of a list where none is named. */
export const limitDefault = 20

const search = z
  .string()
  .refine(
    (text) => text !== '' && [...text].length <= searchLengthMax,
    `must have 1 to ${searchLengthMax} characters`,
  )
  .meta({ minLength: 1, maxLength: searchLengthMax, examples: ['o'] })

function whole(max: number) {
  const text = `must be an integer from 1 to ${max}`
  return z
    .number(text)
    .refine((value) => Number.isInteger(value) && value >= 1 && value <= max, text)
    .meta({ type: 'integer', minimum: 1, maximum: max })
}

/** The number of a page, and how many entries one has. */
export const paging = {
  page: whole(pageMax).meta({ default: 1 }),
  limit: whole(limitMax).meta({ default: limitDefault }),
} as const

/** `key_asc,key_desc`: up to three keys, none of them twice. */
function sortBy(keys: readonly string[]) {
  const one = `(?:${keys.join('|')})_(?:asc|desc)`
  const pattern = `^${one}(?:,${one}){0,${sortKeysMax - 1}}$`
  const isSort = (text: string) => {
    const named = text.split(',').map((key) => key.replace(/_(?:asc|desc)$/, ''))
    return new RegExp(pattern).test(text) && new Set(named).size === named.length
  }
  return z
    .string()
    .refine(isSort, `must be up to ${sortKeysMax} of ${keys.join(', ')}, each with _asc or _desc`)
    .meta({ pattern, examples: [`${keys[1]}_desc`] })
}

/** What each list is filtered and sorted by. */
export const selections = {
  users: {
    role: scalars.role,
    email: z
      .string()
      .min(1, 'must not be empty')
      .meta({ examples: ['ALICE@example.com'] }),
    q: search,
    sort: sortBy(['id', 'name', 'email', 'createdAt']),
  },
  products: { q: search, sort: sortBy(['id', 'name', 'price']) },
  orders: {
    userId: scalars.id,
    status: z.enum(orderStatuses),
    sort: sortBy(['id', 'createdAt', 'totalAmount']),
  },
} as const

/** The keys that a checked sort names. */
export function sortOf<Key extends string>(text: string | undefined): SortKey<Key>[] {
  if (text === undefined) return []
  return text.split(',').map((one) => {
    const at = one.lastIndexOf('_')
    return { key: one.slice(0, at) as Key, descending: one.slice(at + 1) === 'desc' }
  })
}
