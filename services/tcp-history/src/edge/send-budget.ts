/** Whose answers wait for its client to take them. */
export interface Waiting {
  /** Ends the wait, and the connection with it. */
  cutOff(why: string): void
}

/**
 * Bounds the bytes of answers that wait for clients that do not take them, over all connections: each alone waits with
 * one frame at most, and all of them with one would be more than there is memory.
 */
export class SendBudget {
  readonly #bytesMax: number
  /** How much waits for whom; who has waited longest comes first. */
  readonly #held = new Map<Waiting, number>()
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Counts bytes that wait. Where it is too much, those who have waited longest are cut off. */
  hold(waiting: Waiting, bytes: number): void {
    this.#held.set(waiting, (this.#held.get(waiting) ?? 0) + bytes)
    this.#bytes += bytes
    for (const longest of this.#held.keys()) {
      if (this.#bytes <= this.#bytesMax) return
      this.release(longest)
      longest.cutOff('too many bytes wait for clients that do not read')
    }
  }

  /** Nothing waits there any more. */
  release(waiting: Waiting): void {
    this.#bytes -= this.#held.get(waiting) ?? 0
    this.#held.delete(waiting)
  }
}
