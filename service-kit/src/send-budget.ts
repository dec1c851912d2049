/** What a piece of data costs beside its bytes: its Buffer, the request to write it, its place in a queue. */
export const pieceBytes = 512

/** A client that does not take what was sent to it. */
export interface Waiting {
  /** Ends the connection: what waits for it is forgotten. */
  cutOff(why: string): void
}

/**
 * Bounds what waits for clients that do not take it, over all connections: each alone has its limit, and all of them
 * at it would be more than there is memory. Beyond the bound the client that has waited longest is cut off; one that
 * waits alone never is.
 */
export class SendBudget {
  readonly #bytesMax: number
  /** What waits for whom, in the order in which the waits began. */
  readonly #held = new Map<Waiting, number>()
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Says how many bytes wait for a client now, `pieceBytes` counted for each piece; 0 ends the wait. */
  hold(waiting: Waiting, bytes: number): void {
    this.#bytes += bytes - (this.#held.get(waiting) ?? 0)
    if (bytes > 0) this.#held.set(waiting, bytes)
    else this.#held.delete(waiting)
    for (const [longest, held] of this.#held) {
      if (this.#bytes <= this.#bytesMax || this.#held.size === 1) return
      this.#held.delete(longest)
      this.#bytes -= held
      longest.cutOff('too many bytes wait for clients that do not read')
    }
  }
}
