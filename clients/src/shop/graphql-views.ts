import type { Order, Product, User } from './shop-client.ts'

export const userFields = '{ id name email role createdAt version }'
export const productFields = '{ id name price }'
export const orderFields =
  '{ id userId createdAt status items { id product { id } quantity unitPrice } totalAmount }'

/** Entities as GraphQL shows them: their ids are texts. */
export type WireUser = Omit<User, 'id'> & { readonly id: string }
export type WireProduct = Omit<Product, 'id'> & { readonly id: string }
export interface WireOrder extends Omit<Order, 'id' | 'userId' | 'items'> {
  readonly id: string
  readonly userId: string
  readonly items: readonly {
    readonly id: string
    readonly product: { readonly id: string }
    readonly quantity: number
    readonly unitPrice: number
  }[]
}

export function userOf({ id, ...user }: WireUser): User {
  return { id: Number(id), ...user }
}

export function productOf({ id, ...product }: WireProduct): Product {
  return { id: Number(id), ...product }
}

export function orderOf({ id, userId, items, ...order }: WireOrder): Order {
  return {
    ...{ id: Number(id), userId: Number(userId) },
    ...order,
    items: items.map(({ id, product, ...item }) => ({
      id: Number(id),
      productId: Number(product.id),
      ...item,
    })),
  }
}
