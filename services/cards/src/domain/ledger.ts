import type { Account, Charged, NewEntry, Refunded } from './account.ts'

/** A line of the ledger, which only grows. */
export interface Entry extends NewEntry {
  readonly id: number
  readonly time: Date
}

/** Where accounts and the ledger are kept. */
export interface Ledger {
  /** Changes the account of a key, alone while it lasts, and writes to the ledger, in one transaction. */
  change<Change extends Charged | Refunded>(
    key: string,
    decide: (current: Account | undefined) => Change,
  ): Promise<Change>
  /** Lines after one of them, the oldest first: of one order, or of all. */
  list(orderId: string | undefined, afterId: number, limit: number): Promise<readonly Entry[]>
}
