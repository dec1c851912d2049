/** The largest unit that is taken together, in bytes. */
const unitBytesMax = 64 * 1024 * 1024

/** Bytes that wait until a unit of them is whole. */
export class UnitBuffer {
  #bytes: Buffer = Buffer.alloc(0)
  #isForeign = false

  push(chunk: Uint8Array): void {
    this.#bytes = this.#bytes.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#bytes, chunk])
  }

  /** What is there, without taking it. */
  get waiting(): Buffer {
    return this.#bytes
  }

  /** Whether what waits, and all that follows, cannot be told apart. */
  get isForeign(): boolean {
    return this.#isForeign
  }

  /** Says that what waits is not of the protocol: the receiver will have a word for it. */
  giveUp(): void {
    this.#isForeign = true
  }

  /** The first `length` bytes, or undefined until they are there; where they are too many, that is never. */
  take(length: number): Buffer | undefined {
    if (length > unitBytesMax) this.giveUp()
    if (this.#isForeign || this.#bytes.length < length) return undefined
    const taken = this.#bytes.subarray(0, length)
    this.#bytes = this.#bytes.subarray(length)
    return taken
  }
}
