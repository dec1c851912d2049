/** Why an order is rejected, a step refused or without an answer. */
export type Reason = string

/** A step of a saga: the command that it sends, and the messages that answer it. */
interface StepRow {
  readonly command:
    | 'credit.reserve'
    | 'payment.take'
    | 'order.approve'
    | 'credit.release'
    | 'payment.refund'
    | 'order.reject'
  readonly ok: string
  readonly refused?: string
  /** Whether it is given up after so many tries; else it is repeated without end. */
  readonly isLimited: boolean
}

export const steps = {
  credit: { command: 'credit.reserve', ok: 'credit.reserved', refused: 'credit.refused', isLimited: true },
  payment: { command: 'payment.take', ok: 'payment.taken', refused: 'payment.failed', isLimited: true },
  approve: { command: 'order.approve', ok: 'order.approved', refused: 'order.rejected', isLimited: false },
  settle: { command: 'credit.release', ok: 'credit.released', isLimited: false },
  refund: { command: 'payment.refund', ok: 'payment.refunded', isLimited: false },
  release: { command: 'credit.release', ok: 'credit.released', isLimited: false },
  reject: { command: 'order.reject', ok: 'order.rejected', isLimited: false },
} as const satisfies Record<string, StepRow>

export type StepName = keyof typeof steps
export type Command = StepRow['command']

/** The way of an order that all goes well with. */
export const forward: readonly StepName[] = ['credit', 'payment', 'approve', 'settle']

type Compensation = 'refund' | 'release' | 'reject'

/** What is undone, in this order, after a forward step that was refused or had no answer. */
export const compensations: Readonly<
  Partial<Record<StepName, Readonly<Record<'refused' | 'silent', readonly Compensation[]>>>>
> = {
  credit: { refused: ['reject'], silent: ['release', 'reject'] },
  payment: { refused: ['release', 'reject'], silent: ['refund', 'release', 'reject'] },
  approve: { refused: ['refund', 'release'], silent: ['refund', 'release'] },
}
