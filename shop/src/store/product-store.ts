import type { Postgres } from '@polyservice-lab/service-kit/postgres'
import type { ProductFilter, ProductSortKey, ProductStore } from '../domain/store.ts'
import type { Schema } from './schema.ts'
import { byNumber, byText, holds, isAfter, orderOf, type SortColumns } from './select-window.ts'

const columns: SortColumns<ProductSortKey> = {
  id: byNumber('id'),
  name: byText('name'),
  price: byNumber('price'),
}

export function createProductStore({ db }: Postgres<Schema>): ProductStore {
  function select({ q }: ProductFilter) {
    const products = db.selectFrom('products')
    return q === undefined ? products : products.where(holds(q, ['nameFolded']))
  }
  return {
    find: (id) =>
      db.selectFrom('products').select(['id', 'name', 'price']).where('id', '=', id).executeTakeFirst(),
    async findMany(ids) {
      if (ids.length === 0) return []
      return db.selectFrom('products').select(['id', 'name', 'price']).where('id', 'in', ids).execute()
    },
    async list({ filter, sort }, { limit, offset = 0, after }) {
      const selected = select(filter).select(['id', 'name', 'price'])
      const query = selected.orderBy(orderOf(sort, columns)).limit(limit).offset(offset)
      return (after === undefined ? query : query.where(isAfter(sort, columns, after))).execute()
    },
    async count(filter) {
      const counted = select(filter).select(({ fn }) => fn.countAll<number>().as('total'))
      return (await counted.executeTakeFirstOrThrow()).total
    },
  }
}
