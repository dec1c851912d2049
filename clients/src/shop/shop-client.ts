import type { NewShopOrder, NewShopUser, ShopUserChanges } from '@polyservice-lab/contracts/shop'
import type { CallOptions } from '../core/call-options.ts'

/** A user, the same in every style. `createdAt` is UTC with milliseconds. */
export interface User {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly role: 'user' | 'admin'
  readonly createdAt: string
  readonly version: number
}

/** A product; `price` is in euros. */
export interface Product {
  readonly id: number
  readonly name: string
  readonly price: number
}

/** An order; money is in euros, `createdAt` is UTC with milliseconds. */
export interface Order {
  readonly id: number
  readonly userId: number
  readonly createdAt: string
  readonly status: 'placed' | 'cancelled'
  readonly items: readonly {
    readonly id: number
    readonly productId: number
    readonly quantity: number
    readonly unitPrice: number
  }[]
  readonly totalAmount: number
}

/** The first `limit` entities by id, 100 at most. Default: 20. */
export interface ListOptions extends CallOptions {
  readonly limit?: number | undefined
}

export interface OrderListOptions extends ListOptions {
  readonly userId?: number | undefined
  readonly status?: Order['status'] | undefined
}

export interface PlaceOptions extends CallOptions {
  /** Makes one order of a request however often the request is sent: 1 to 255 visible ASCII characters. */
  readonly idempotencyKey?: string | undefined
}

/**
 * The shop in any style: the same operations, entities and errors on six wires. Calls reject with a LabError, whose `code`, `reason` and
 * `violations` do not depend on the style.
 */
export interface ShopClient {
  getUser(id: number, call?: CallOptions): Promise<User>
  listUsers(options?: ListOptions): Promise<readonly User[]>
  createUser(user: NewShopUser, call?: CallOptions): Promise<User>
  updateUser(id: number, changes: ShopUserChanges, call?: CallOptions): Promise<User>
  deleteUser(id: number, call?: CallOptions): Promise<void>
  getProduct(id: number, call?: CallOptions): Promise<Product>
  listProducts(options?: ListOptions): Promise<readonly Product[]>
  getOrder(id: number, call?: CallOptions): Promise<Order>
  listOrders(options?: OrderListOptions): Promise<readonly Order[]>
  placeOrder(order: NewShopOrder, options?: PlaceOptions): Promise<Order>
  cancelOrder(id: number, call?: CallOptions): Promise<Order>
}
