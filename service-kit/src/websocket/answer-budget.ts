/** An answer that is not longer, to a client that has read all before, always finds this share of the budget. */
const shortBytes = 384 * 1024
const shortShare = 1 / 8

/** One connection, as what waits to be sent knows it. */
export interface Sender {
  /** Whether it is the client that something waits for, and not this server. */
  readonly isUnread: boolean
  /** Answers what waits for room. */
  answer(): void
  /** Ends it without a close. */
  terminate(outcome: 'unavailable'): void
}

/** Bounds what waits to be sent, over all connections. An answer that is the only one always has room. */
export class AnswerBudget {
  readonly #bytesMax: number
  #bytes = 0
  /** How many bytes each waits for room for, in their order. */
  readonly #waiting = new Map<Sender, number>()
  /** Those with something unsent; who has had so for longest comes first. */
  readonly #unsent = new Set<Sender>()
  #isServing = false
  /** Since the last sweep. */
  #hasServed = false
  #isStuck = false

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Whether an answer may be made now; if not, the sender is called when there is room. */
  admit(sender: Sender, bytes: number): boolean {
    const isTurn = this.#isServing || this.#waiting.size === 0 || this.#isShort(sender, bytes)
    if (isTurn && this.hasRoom(sender, bytes)) return true
    this.#waiting.set(sender, bytes)
    return false
  }

  hasRoom(sender: Sender, bytes: number): boolean {
    const share = this.#isShort(sender, bytes) ? 1 : 1 - shortShare
    return this.#bytes === 0 || this.#bytes + bytes <= this.#bytesMax * share
  }

  /** Says how many bytes wait for a client now, in place of those before. */
  hold(sender: Sender, before: number, now: number): void {
    if (before === now) return
    this.#bytes += now - before
    if (before === 0) this.#unsent.add(sender)
    else if (now === 0) this.#unsent.delete(sender)
    if (now < before && this.#waiting.size > 0) this.#serve()
  }

  forget(sender: Sender, held: number): void {
    this.#waiting.delete(sender)
    this.hold(sender, held, 0)
  }

  /** Where nobody who waits was served between two sweeps, cuts off the client that has not read for longest. */
  sweep(): void {
    const wasStuck = this.#isStuck
    this.#isStuck = this.#waiting.size > 0 && !this.#hasServed
    this.#hasServed = false
    if (!wasStuck || !this.#isStuck) return
    for (const sender of this.#unsent) {
      if (!sender.isUnread) continue
      sender.terminate('unavailable')
      return
    }
  }

  #isShort(sender: Sender, bytes: number): boolean {
    return bytes <= shortBytes && !this.#unsent.has(sender)
  }

  #serve(): void {
    if (this.#isServing) return
    this.#isServing = true
    for (const [sender, bytes] of this.#waiting) {
      if (!this.hasRoom(sender, bytes)) break
      this.#waiting.delete(sender)
      this.#hasServed = true
      sender.answer()
    }
    this.#isServing = false
  }
}
