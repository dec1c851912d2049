import type { Check, Observation, Phase } from '../experiment.ts'

/** A line of what happened. `at` is in ms since the run began. */
export interface TimelineEvent {
  readonly at: number
  readonly kind: 'phase' | 'fault' | 'proof' | 'undo' | 'check' | 'note'
  readonly text: string
  /** Of a proof or a check: whether it held. */
  readonly holds?: boolean
}

export interface CheckResult extends Observation {
  readonly phase: Phase
  readonly that: string
  /** The proof that the fault took effect. */
  readonly isProof: boolean
}

export interface Span {
  readonly phase: Phase
  readonly from: number
  to: number
}

/** What was done and seen, while it happens. */
export class Timeline {
  readonly events: TimelineEvent[] = []
  readonly spans: Span[] = []
  readonly checks: CheckResult[] = []
  readonly #begun = performance.now()
  readonly #onEvent: (event: TimelineEvent) => void

  constructor(onEvent: (event: TimelineEvent) => void) {
    this.#onEvent = onEvent
  }

  /** ms since the run began */
  now(): number {
    return performance.now() - this.#begun
  }

  tell(kind: TimelineEvent['kind'], text: string, holds?: boolean): void {
    const event = { at: this.now(), kind, text, ...(holds === undefined ? {} : { holds }) }
    this.events.push(event)
    this.#onEvent(event)
  }

  /** Ends the phase before, and begins one. */
  enter(phase: Phase): void {
    const at = this.now()
    this.close()
    this.spans.push({ phase, from: at, to: Number.POSITIVE_INFINITY })
  }

  /** Ends the last phase. */
  close(): void {
    const last = this.spans.at(-1)
    if (last !== undefined && last.to === Number.POSITIVE_INFINITY) last.to = this.now()
  }

  span(phase: Phase): Span {
    const span = this.spans.findLast((each) => each.phase === phase)
    if (span === undefined) throw new Error(`the run has not come to its phase ${phase}`)
    return span
  }

  /** Writes down what a check came to. */
  found({ that }: Check, seen: Observation, isProof = false): void {
    const phase = this.spans.at(-1)?.phase ?? 'steady'
    this.checks.push({ phase, that, isProof, ...seen })
    this.tell(isProof ? 'proof' : 'check', `${that}: ${seen.saw}`, seen.holds)
  }
}
