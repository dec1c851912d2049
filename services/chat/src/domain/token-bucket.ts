export interface BucketLimits {
  /** How many tokens a full bucket has. */
  readonly messagesBurstMax: number
  /** How many tokens come back in a second. */
  readonly messagesPerSecondMax: number
}

/** Bounds how often something is done: each time takes a token. */
export class TokenBucket {
  readonly #limits: BucketLimits
  readonly #now: () => number
  #tokens: number
  #filledAt: number

  /** @param now a clock in ms */
  constructor(limits: BucketLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
    this.#tokens = limits.messagesBurstMax
    this.#filledAt = now()
  }

  /** Takes a token; false where there is none. */
  take(): boolean {
    const { messagesBurstMax, messagesPerSecondMax } = this.#limits
    const now = this.#now()
    const came = ((now - this.#filledAt) / 1000) * messagesPerSecondMax
    this.#tokens = Math.min(messagesBurstMax, this.#tokens + came)
    this.#filledAt = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
