import type { Saga, SagaState } from './saga.ts'

/** A saga, and its place among all in the order in which they began. */
export interface ListedSaga extends Saga {
  readonly position: number
}

/** A saga whose command had no answer in its time. */
interface OverdueSaga {
  readonly id: string
  /** Of the command that waits. */
  readonly messageId: string
}

/** A saga as it becomes; `isRepeated` where its command is to be given again as it was. */
export interface SagaChange {
  readonly saga: Saga
  readonly isRepeated: boolean
}

export interface SagaReads {
  find(id: string): Promise<Saga | undefined>
  list(state: SagaState | undefined, after: number, limit: number): Promise<readonly ListedSaga[]>
  countByState(): Promise<ReadonlyMap<SagaState, number>>
}

export interface SagaStore extends SagaReads {
  /** Those whose command the broker confirmed before a time, the longest first. */
  overdue(before: Date, limit: number): Promise<readonly OverdueSaga[]>
  /** Changes a saga whose command still waits, alone while it lasts; undefined for none. */
  changeOverdue(overdue: OverdueSaga, decide: (current: Saga) => SagaChange | undefined): Promise<void>
}
