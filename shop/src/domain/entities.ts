/** An amount of money in whole cents, below 2^53. */
export type Cents = number

export const roles = ['user', 'admin'] as const
export type Role = (typeof roles)[number]

export interface User {
  readonly id: number
  readonly name: string
  /** Unique without regard to case, kept as it was given. */
  readonly email: string
  readonly role: Role
  readonly createdAt: Date
  /** 1 at creation, and 1 more with each change. */
  readonly version: number
}

export interface Product {
  readonly id: number
  readonly name: string
  readonly price: Cents
}

export const orderStatuses = ['placed', 'cancelled'] as const
export type OrderStatus = (typeof orderStatuses)[number]

export interface OrderItem {
  readonly id: number
  readonly productId: number
  readonly quantity: number
  /** The price of the product when the order was placed. */
  readonly unitPrice: Cents
}

export interface Order {
  readonly id: number
  readonly userId: number
  readonly createdAt: Date
  readonly status: OrderStatus
  /** In the order in which they were given. */
  readonly items: readonly OrderItem[]
  /** The sum of quantity x unitPrice. */
  readonly totalAmount: Cents
}

export type ShopEvent = {
  /** 1, 2, 3 and so on without gaps, in the order of commit. */
  readonly seq: number
  readonly time: Date
} & ShopChange

/** What happened, with the user or the order after it; a deleted user as it last was. */
export type ShopChange =
  | { readonly type: 'user.created' | 'user.updated' | 'user.deleted'; readonly data: User }
  | { readonly type: 'order.placed' | 'order.cancelled'; readonly data: Order }
