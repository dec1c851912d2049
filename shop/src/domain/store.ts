import type { Order, OrderItem, Product, Role, ShopEvent, User } from './entities.ts'
import type { ListStore } from './lists.ts'

export interface UserFilter {
  readonly role?: Role | undefined
  /** The whole email, without regard to case. */
  readonly email?: string | undefined
  /** Part of the name or of the email, without regard to case. */
  readonly q?: string | undefined
}
export type UserSortKey = 'id' | 'name' | 'email' | 'createdAt'

export interface ProductFilter {
  /** Part of the name, without regard to case. */
  readonly q?: string | undefined
}
export type ProductSortKey = 'id' | 'name' | 'price'

export interface OrderFilter {
  readonly userId?: number | undefined
  readonly status?: Order['status'] | undefined
}
export type OrderSortKey = 'id' | 'createdAt' | 'totalAmount'

/** Every change and its event are kept together or not at all. */
export interface UserStore extends ListStore<User, UserFilter, UserSortKey> {
  find(id: number): Promise<User | undefined>
  findMany(ids: readonly number[]): Promise<readonly User[]>
  /**
   * @param id default: the next number that is free
   * @returns undefined where the id is in use
   * @throws AppError already_exists with the reason email_taken
   */
  insert(user: Omit<User, 'id' | 'version'> & { readonly id?: number | undefined }): Promise<User | undefined>
  /**
   * Puts what `change` makes of a user in the place of the user, alone at that; one that is the same changes nothing.
   * @returns undefined where there is no user
   * @throws AppError already_exists with the reason email_taken, and whatever `change` throws
   */
  update(id: number, now: Date, change: (user: User) => User): Promise<User | undefined>
  /**
   * @param check is told whether the user has orders, and throws where the user stays
   * @returns whether there was a user
   */
  delete(id: number, now: Date, check: (user: User, hasOrders: boolean) => void): Promise<boolean>
}

export interface ProductStore extends ListStore<Product, ProductFilter, ProductSortKey> {
  find(id: number): Promise<Product | undefined>
  findMany(ids: readonly number[]): Promise<readonly Product[]>
}

/** What is asked for. */
export interface OrderRequest {
  readonly userId: number
  readonly items: readonly Pick<OrderItem, 'productId' | 'quantity'>[]
}

export interface OrderContents {
  readonly items: readonly Omit<OrderItem, 'id'>[]
  readonly totalAmount: number
}

export interface IdempotencyKey {
  readonly key: string
  /** A key of an order that was placed before is forgotten. */
  readonly keptSince: Date
}

export interface PlacedOrder {
  readonly order: Order
  /** Whether an equal request with the same key had placed it before. */
  readonly isReplay: boolean
}

export interface OrderStore extends ListStore<Order, OrderFilter, OrderSortKey> {
  find(id: number): Promise<Order | undefined>
  findMany(ids: readonly number[]): Promise<readonly Order[]>
  /** A window of the orders of each user, by id. */
  listOfUsers(
    userIds: readonly number[],
    window: { readonly limit: number; readonly offset: number },
  ): Promise<readonly Order[]>
  /**
   * @param contents makes the order of the products that are there
   * @throws AppError failed_precondition with the reason idempotency_key_reused, and whatever `contents` throws
   */
  place(
    request: OrderRequest,
    now: Date,
    key: IdempotencyKey | undefined,
    contents: (userIsThere: boolean, products: ReadonlyMap<number, Product>) => OrderContents,
  ): Promise<PlacedOrder>
  /** Like `update` of users. */
  update(id: number, now: Date, change: (order: Order) => Order): Promise<Order | undefined>
}

/** The events that are kept. `oldest` is `newest` + 1 where there is none. */
export interface FeedBounds {
  readonly oldest: number
  readonly newest: number
}

export interface FeedStore {
  bounds(): Promise<FeedBounds>
  /** The bounds, and the events that follow a number, as they were at one moment. */
  read(after: number, limit: number): Promise<FeedBounds & { readonly events: readonly ShopEvent[] }>
  /** Calls back when there may be new events, and from time to time without any. */
  listen(onChange: () => void | Promise<void>): AsyncDisposable
}

export interface ShopStore {
  readonly users: UserStore
  readonly products: ProductStore
  readonly orders: OrderStore
  readonly feed: FeedStore
}
