/** What a piece of data costs beside its bytes: its Buffer, the request to write it, its place in a queue. */
export const pieceBytes = 512

/** Bytes that are made and sent in one turn of the event loop, so that a crowd holds up nobody else. */
const turnBytesMax = 4_194_304

/** A client that does not take what was sent to it. */
export interface Waiting {
  /** Ends the connection, upon which `hold` is told that nothing waits there any more. */
  cutOff(why: string): void
}

/**
 * Bounds what waits for clients that do not take it, over all connections: each alone has its limit, and all of them
 * at it would be more than there is memory. Beyond the bound the client that has waited longest is cut off; one that
 * waits alone is so only when another one needs the room.
 */
export class SendBudget {
  readonly #bytesMax: number
  /** What waits for whom, in the order in which the waits began. */
  readonly #held = new Map<Waiting, number>()
  /** The same for clients that were cut off and whose connections are not closed yet. */
  readonly #leaving = new Map<Waiting, number>()
  /** Those that wait for their turn, in their order. */
  readonly #queue: { readonly bytes: number; readonly goOn: () => void }[] = []
  #turn: NodeJS.Immediate | undefined
  #turnBytes = 0
  #heldBytes = 0
  #leavingBytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Says how many bytes wait for a client now, `pieceBytes` counted for each piece; 0 where its connection is closed. */
  hold(waiting: Waiting, bytes: number): void {
    const leaving = this.#leaving.get(waiting)
    if (leaving === undefined) {
      this.#heldBytes += bytes - (this.#held.get(waiting) ?? 0)
      if (bytes > 0) this.#held.set(waiting, bytes)
      else this.#held.delete(waiting)
      if (bytes > 0 && this.#held.size > 1) this.#cutOffLongest()
    } else if (bytes === 0) {
      this.#leavingBytes -= leaving
      this.#leaving.delete(waiting)
    }
    if (this.#queue.length > 0) this.#letGoOn()
  }

  /**
   * Resolves when there is memory for bytes that may have to wait, and others have had their turn; at once, most of the
   * time. Who has much to send asks before it makes it: in one turn of the event loop thousands might.
   */
  async turn(bytes: number): Promise<void> {
    if (this.#queue.length > 0 || this.#isFull() || this.#turnBytes > turnBytesMax) {
      this.#cutOffLongest()
      await new Promise<void>((goOn) => {
        this.#queue.push({ bytes, goOn })
        this.#letGoOn()
      })
      return
    }
    this.#turnBytes += bytes
    this.#letGoOn()
  }

  /** In the next turn of the event loop, the first of those that wait. */
  #letGoOn(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined
      this.#turnBytes = 0
      while (this.#queue.length > 0 && !this.#isFull() && this.#turnBytes <= turnBytesMax) {
        const next = this.#queue.shift()
        this.#turnBytes += next?.bytes ?? 0
        next?.goOn()
      }
      if (this.#queue.length > 0 && !this.#isFull()) this.#letGoOn()
    })
  }

  #isFull(): boolean {
    return this.#heldBytes + this.#leavingBytes > this.#bytesMax
  }

  #cutOffLongest(): void {
    for (const [longest, held] of this.#held) {
      if (this.#heldBytes <= this.#bytesMax) return
      this.#held.delete(longest)
      this.#heldBytes -= held
      this.#leaving.set(longest, held)
      this.#leavingBytes += held
      longest.cutOff('too many bytes wait for clients that do not read')
    }
  }
}
