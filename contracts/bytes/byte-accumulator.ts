const firstBytes = 512
const empty = new Uint8Array(0)

/** Bytes that arrived in pieces, kept in one piece of memory that is never more than twice as long as they are. */
export class ByteAccumulator {
  #memory = empty
  #length = 0

  get length(): number {
    return this.#length
  }

  /** What it takes: up to twice its length. */
  get memoryBytes(): number {
    return this.#memory.length
  }

  /** What was pushed so far; valid until the next push. */
  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#length)
  }

  push(bytes: Uint8Array): void {
    const length = this.#length + bytes.length
    if (length > this.#memory.length) {
      const larger = new Uint8Array(
        Math.max(length, Math.min(2 * length, 2 * this.#memory.length), firstBytes),
      )
      larger.set(this.bytes)
      this.#memory = larger
    }
    this.#memory.set(bytes, this.#length)
    this.#length = length
  }

  /** Gives the bytes away and forgets them. */
  take(): Uint8Array {
    const bytes = this.bytes
    this.#memory = empty
    this.#length = 0
    return bytes
  }
}
