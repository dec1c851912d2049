import { defineRequests } from '@polyservice-lab/contracts/shop'
import { paging, scalars, selections } from '@polyservice-lab/shop/json'
import * as z from 'zod'

/** What is taken, checked by the rules of the shop. */
export const requests = defineRequests(scalars)

/** The query of a list: its filters and sort, then what all lists have. */
function listQuery<Selection extends z.ZodRawShape>(selection: Selection) {
  const cursor = z.string().meta({
    description: 'Empty to begin; then the `next` of the answer before. Not with `page`',
    examples: [''],
  })
  return z.object({ ...selection, limit: paging.limit, page: paging.page, cursor }).partial()
}

const { userId: _, ...ofUser } = selections.orders

export const queries = {
  users: listQuery(selections.users),
  products: listQuery(selections.products),
  orders: listQuery(selections.orders),
  ordersOfUser: listQuery(ofUser),
} as const
