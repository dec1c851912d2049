import { defineRequests } from '@polyservice-lab/contracts/shop'
import {
  emailLengthMax,
  isEmail,
  isId,
  isName,
  isQuantity,
  itemsMax,
  nameLengthMax,
  orderStatuses,
  quantityMax,
  roles,
  ruleTexts,
} from '@polyservice-lab/shop'
import * as z from 'zod'

const id = z
  .number(ruleTexts.id)
  .refine(isId, ruleTexts.id)
  .meta({ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, examples: [1] })

/** What is taken, checked by the rules of the shop. */
export const requests = defineRequests({
  id,
  name: z
    .string()
    .refine(isName, ruleTexts.name)
    .meta({ minLength: 1, maxLength: nameLengthMax, examples: ['Dora'] }),
  email: z
    .string()
    .refine(isEmail, ruleTexts.email)
    .meta({ format: 'email', maxLength: emailLengthMax, examples: ['dora@example.com'] }),
  quantity: z
    .number(ruleTexts.quantity)
    .refine(isQuantity, ruleTexts.quantity)
    .meta({ type: 'integer', minimum: 1, maximum: quantityMax, examples: [2] }),
  itemsMax,
})

const pageMax = 100_000
const limits = { default: 20, max: 100 }
const sortKeysMax = 3
const searchLengthMax = 100

const part = z
  .string()
  .refine(
    (text) => text !== '' && [...text].length <= searchLengthMax,
    `must have 1 to ${searchLengthMax} characters`,
  )
  .meta({ minLength: 1, maxLength: searchLengthMax, examples: ['o'] })

const whole = (max: number, text: string) =>
  z
    .number(text)
    .refine((value) => Number.isInteger(value) && value >= 1 && value <= max, text)
    .meta({ type: 'integer', minimum: 1, maximum: max })

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
    .optional()
    .meta({ pattern, examples: [`${keys[1]}_desc`] })
}

/** The query of a list: its filters, then what all lists have. */
function listQuery<Filters extends z.ZodRawShape>(filters: Filters, keys: readonly string[]) {
  return z.object({
    ...filters,
    sort: sortBy(keys),
    limit: whole(limits.max, `must be an integer from 1 to ${limits.max}`)
      .optional()
      .meta({ default: limits.default }),
    page: whole(pageMax, `must be an integer from 1 to ${pageMax}`).optional().meta({ default: 1 }),
    cursor: z
      .string()
      .optional()
      .meta({
        description: 'Empty to begin; then the `next` of the answer before. Not with `page`',
        examples: [''],
      }),
  })
}

const status = z.enum(orderStatuses).optional()

export const queries = {
  users: listQuery(
    {
      role: z.enum(roles).optional(),
      email: z
        .string()
        .min(1, 'must not be empty')
        .optional()
        .meta({ examples: ['ALICE@example.com'] }),
      q: part.optional(),
    },
    ['id', 'name', 'email', 'createdAt'],
  ),
  products: listQuery({ q: part.optional() }, ['id', 'name', 'price']),
  orders: listQuery({ userId: id.optional(), status }, ['id', 'createdAt', 'totalAmount']),
  ordersOfUser: listQuery({ status }, ['id', 'createdAt', 'totalAmount']),
} as const

/** Limit of a list where the query names none. */
export const limitDefault = limits.default
