import type { Product } from './entities.ts'
import { byId, createLists, type Lists } from './lists.ts'
import { notFound } from './rules.ts'
import type { ProductFilter, ProductSortKey, ProductStore } from './store.ts'

export interface Products extends Lists<Product, ProductFilter, ProductSortKey> {
  /** @throws AppError not_found with the reason product_not_found */
  get(id: number): Promise<Product>
  /** Those of the products that are there, by id. */
  getMany(ids: readonly number[]): Promise<ReadonlyMap<number, Product>>
}

export function createProducts(store: ProductStore): Products {
  return {
    ...createLists(store),
    async get(id) {
      const product = await store.find(id)
      if (product === undefined) throw notFound('product', id)
      return product
    },
    getMany: async (ids) => byId(await store.findMany(ids)),
  }
}
