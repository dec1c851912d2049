/** What each chunk of an unfinished message, and each message that waits for its handler, cost beside their bytes. */
const chunkBytes = 512
const messageBytes = 512
/** One byte of flags and four of length ("Length-Prefixed-Message"). */
const prefixBytes = 5

/** Follows the messages that a call has received, as far as no handler has taken them, and what they cost in memory. */
export class ReceivedFrames {
  /** The flag of each message that is whole. */
  readonly #whole: number[] = []
  #wholeBytes = 0
  #partBytes = 0
  #prefixRead = 0
  #flag = 0
  #length = 0
  #missing = 0

  get cost(): number {
    return this.#wholeBytes + this.#partBytes
  }

  /** Whether the last message is not whole. */
  get isPart(): boolean {
    return this.#prefixRead > 0
  }

  /** @returns false as soon as a prefix announces more than `bytesMax` */
  push(chunk: Buffer, bytesMax: number): boolean {
    for (let i = 0; i < chunk.length; ) {
      if (this.#prefixRead < prefixBytes) {
        const byte = chunk[i++] ?? 0
        if (this.#prefixRead++ === 0) this.#flag = byte
        else this.#length = this.#length * 256 + byte
        if (this.#prefixRead < prefixBytes) continue
        if (this.#length > bytesMax) return false
        this.#missing = this.#length
      } else {
        const here = Math.min(this.#missing, chunk.length - i)
        this.#missing -= here
        i += here
      }
      if (this.#missing === 0) this.#finish()
    }
    if (this.isPart) this.#partBytes += Math.max(chunkBytes, chunk.length)
    return true
  }

  /** The handler takes the first message that is whole, of this length. @returns its flag */
  take(length: number): number {
    this.#wholeBytes -= length + messageBytes
    return this.#whole.shift() ?? 0
  }

  #finish(): void {
    this.#whole.push(this.#flag)
    this.#wholeBytes += this.#length + messageBytes
    this.#partBytes = 0
    this.#prefixRead = 0
    this.#length = 0
  }
}
