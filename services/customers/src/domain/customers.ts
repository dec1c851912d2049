/** An amount in minor units of a currency. */
export interface Money {
  readonly amount: number
  readonly currency: string
}

/** A customer, and how much of the credit is reserved for orders whose saga has not ended. */
export interface Customer {
  readonly id: string
  readonly name: string
  readonly creditLimit: Money
  /** In the currency of the limit. */
  readonly reserved: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type RefusalReason = 'unknown_customer' | 'currency_mismatch' | 'credit_limit' | 'voided'

/** What was decided for an order: it is kept, so that the same question has the same answer. */
export interface Reservation {
  readonly orderId: string
  readonly customerId: string
  readonly amount: Money
  readonly state: 'reserved' | 'released' | 'refused'
  /** Why it was refused; null where it was not. */
  readonly reason: RefusalReason | null
}

export interface KeptReservation extends Reservation {
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A row of a list: positions grow along it. */
export type Listed<Entity> = Entity & { readonly position: number }

interface Part {
  /** Begins after this position. */
  readonly after: number
  /** So many at most. */
  readonly count: number
}

/** What is kept of customers. */
export interface CustomerStore {
  /**
   * Makes a customer, or changes name and limit of one that is there.
   * @throws AppError failed_precondition, reason currency_fixed, for a limit in another currency
   */
  put(
    id: string,
    name: string,
    creditLimit: Money,
  ): Promise<{ readonly customer: Customer; readonly isNew: boolean }>
  find(id: string): Promise<Customer | undefined>
  list(part: Part): Promise<readonly Listed<Customer>[]>
  reservations(customerId: string, part: Part): Promise<readonly Listed<KeptReservation>[]>
  reservedByCurrency(): Promise<ReadonlyMap<string, number>>
}

/** What a transaction sees of reservations. */
export interface Ledger {
  /** The reservation of an order, which nobody else changes until the transaction ends. */
  find(orderId: string): Promise<Reservation | undefined>
  /** The customer, whose credit nobody else reserves until the transaction ends. */
  lockCustomer(id: string): Promise<Pick<Customer, 'creditLimit' | 'reserved'> | undefined>
  /** Adds a reservation, and its amount to what is reserved. False where the order has one. */
  add(reservation: Reservation): Promise<boolean>
  /** Gives a reserved amount back. */
  release(reservation: Reservation): Promise<void>
}
