/** A client for whom something waits. */
interface Holder {
  cutOff(): void
}

/** Bounds what waits to be sent, over all clients: beyond it, the one with the most is cut off. */
export class UnsentBudget {
  readonly #bytesMax: number
  readonly #held = new Map<Holder, number>()
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Says how many bytes wait for a client now. */
  hold(holder: Holder, bytes: number): void {
    const before = this.#held.get(holder) ?? 0
    if (before === bytes) return
    this.#bytes += bytes - before
    if (bytes === 0) this.#held.delete(holder)
    else this.#held.set(holder, bytes)
    while (this.#bytes > this.#bytesMax && this.#held.size > 0) {
      const [most] = [...this.#held].reduce((one, other) => (other[1] > one[1] ? other : one))
      this.forget(most)
      most.cutOff()
    }
  }

  forget(holder: Holder): void {
    this.#bytes -= this.#held.get(holder) ?? 0
    this.#held.delete(holder)
  }
}
