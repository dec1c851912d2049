import { AppError } from '@polyservice-lab/service-kit/app-error'

export const letterStates = ['dead', 'replayed'] as const
export type LetterState = (typeof letterStates)[number]

/** A message that nobody could handle. */
export interface DeadLetter {
  readonly id: string
  /** Where it came from; null where nobody knows, and it cannot be replayed. */
  readonly queue: string | null
  readonly messageId: string | null
  readonly type: string | null
  readonly subject: string | null
  readonly error: string
  /** 0 where nobody has counted them. */
  readonly tries: number
  /** All of it, whatever it is. */
  readonly body: Uint8Array
  readonly contentType: string | null
  readonly state: LetterState
  readonly deadAt: Date
  readonly replayedAt: Date | null
}

interface ListedLetter extends DeadLetter {
  readonly position: number
}

/** @throws AppError failed_precondition with the reason not_replayable */
export function replay(letter: DeadLetter, now: Date): DeadLetter & { readonly queue: string } {
  const { queue, state } = letter
  const problem = state === 'replayed' ? 'the letter was replayed already' : 'the letter has no queue'
  if (queue === null || state === 'replayed')
    throw new AppError('failed_precondition', problem, { reason: 'not_replayable' })
  return { ...letter, queue, state: 'replayed', replayedAt: now }
}

export interface LetterStore {
  find(id: string): Promise<DeadLetter | undefined>
  list(state: LetterState | undefined, after: number, limit: number): Promise<readonly ListedLetter[]>
  /** Sends a letter to its queue, and notes so. @returns undefined where there is none @throws what `replay` throws */
  replay(id: string): Promise<DeadLetter | undefined>
  countByState(): Promise<ReadonlyMap<LetterState, number>>
}
