import type { End, NewOrder, Order, Request } from './order.ts'

/** A message of an order, as its history keeps it. */
export interface HistoryEntry {
  readonly id: string
  readonly orderId: string
  readonly type: string
  readonly source: string
  readonly time: string
  readonly traceparent: string
  /** Without the number of a card. */
  readonly data: Readonly<Record<string, unknown>>
}

export interface ListOptions {
  readonly customerId?: string | undefined
  readonly state?: Order['state'] | undefined
  /** Begins after this position. */
  readonly after: number
  /** So many at most. */
  readonly count: number
}

/** An order with the request that made it. */
export interface PlacedOrder {
  readonly order: Order
  readonly fingerprint: string
  readonly trace: string
}

/** The orders as one transaction sees them. */
export interface OpenOrders {
  findByKey(key: string): Promise<PlacedOrder | undefined>
  /** Adds a pending order and tells of it. False where another one has its key: that one has committed then. */
  place(order: Order, placed: NewOrder, request: Request): Promise<boolean>
  /** The order, which nobody else changes until the transaction ends. */
  lock(id: string): Promise<PlacedOrder | undefined>
  /**
   * Ends a pending order and tells of it.
   * @param trace of what it follows from
   */
  end(order: Order, end: End, at: Date, trace: string): Promise<Order>
  /** Keeps a message of an order, be it known or not; once. */
  record(entry: HistoryEntry): Promise<void>
}

/** What is kept of orders. */
export interface OrderStore {
  transaction<T>(work: (orders: OpenOrders) => Promise<T>): Promise<T>
  /** @throws AppError unavailable, reason outbox_full, where too much waits to be told */
  checkRoom(): void
  find(id: string): Promise<Order | undefined>
  list(options: ListOptions): Promise<readonly (Order & { readonly position: number })[]>
  /** By time, then id. */
  history(orderId: string): Promise<readonly HistoryEntry[]>
  countByState(): Promise<ReadonlyMap<string, number>>
}
