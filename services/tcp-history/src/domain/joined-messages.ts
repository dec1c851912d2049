const blockBytes = 1_048_576
/** So far at least the messages of the index lie apart; the way from one is found by line breaks. */
const markBytes = 4_096
const newline = 0x0a

/** A place between two messages: the sequence number of the one that follows, and where its bytes begin. */
export interface Position {
  readonly sequence: number
  readonly offset: number
}

/** Messages that follow one another, and the place after them. */
export interface Batch {
  readonly messages: readonly Uint8Array[]
  readonly next: Position
}

/**
 * All messages as one text, joined by "\n", in blocks of memory that are only ever appended to: whoever holds a view
 * of what is there may send it at any time without a copy. Messages have no line break in them and count from 1.
 */
export class JoinedMessages {
  readonly #blocks: Buffer[] = []
  /** Bounded by the bytes of the text, however short the messages are. */
  readonly #marks: Position[] = [{ sequence: 1, offset: 0 }]
  #count = 0
  #bytes = 0

  get count(): number {
    return this.#count
  }

  /** Length of the joined text in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  append(message: Uint8Array): void {
    if (this.#count > 0) this.#write(separator)
    this.#count++
    if (this.#bytes - (this.#marks.at(-1)?.offset ?? 0) >= markBytes)
      this.#marks.push({ sequence: this.#count, offset: this.#bytes })
    this.#write(message)
  }

  /** The bytes from one offset to another, as views of the blocks. */
  *slices(start: number, end: number): Generator<Buffer, void, undefined> {
    for (let at = start; at < end; ) {
      const inBlock = at % blockBytes
      const length = Math.min(end - at, blockBytes - inBlock)
      yield this.#block(at).subarray(inBlock, inBlock + length)
      at += length
    }
  }

  /** The place before a message, which may be the one that comes next. */
  positionOf(sequence: number): Position {
    if (sequence > this.#count) return { sequence, offset: this.#count === 0 ? 0 : this.#bytes + 1 }
    let { sequence: reached, offset } = this.#markBefore(sequence)
    for (; reached < sequence; reached++) offset = this.#endOf(offset) + 1
    return { sequence, offset }
  }

  /**
   * Messages from a position on and up to the one numbered `last`: at least one where there is one, and no more than
   * fit into `bytesMax` when each takes `overheadBytes` more than its text.
   */
  batch(from: Position, last: number, bytesMax: number, overheadBytes: number): Batch {
    const messages: Uint8Array[] = []
    let { sequence, offset } = from
    for (let bytes = 0; sequence <= Math.min(last, this.#count); sequence++) {
      const end = this.#endOf(offset)
      bytes += end - offset + overheadBytes
      if (bytes > bytesMax && messages.length > 0) break
      messages.push(this.#copyOrView(offset, end))
      offset = end + 1
    }
    return { messages, next: { sequence, offset } }
  }

  /** The last message of the index that does not lie behind the one with this number. */
  #markBefore(sequence: number): Position {
    let [low, high] = [0, this.#marks.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#mark(middle).sequence <= sequence) low = middle
      else high = middle - 1
    }
    return this.#mark(low)
  }

  #mark(index: number): Position {
    return this.#marks[index] as Position
  }

  #write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const inBlock = this.#bytes % blockBytes
      if (inBlock === 0) this.#blocks.push(Buffer.allocUnsafeSlow(blockBytes))
      const length = Math.min(bytes.length - from, blockBytes - inBlock)
      this.#block(this.#bytes).set(
        length === bytes.length ? bytes : bytes.subarray(from, from + length),
        inBlock,
      )
      this.#bytes += length
      from += length
    }
  }

  /** Where the message that begins at `offset` ends. */
  #endOf(offset: number): number {
    for (let at = offset; at < this.#bytes; at += blockBytes - (at % blockBytes)) {
      const found = this.#block(at).indexOf(newline, at % blockBytes)
      // Behind the last message a block holds whatever was in its memory.
      if (found >= 0) return Math.min(at - (at % blockBytes) + found, this.#bytes)
    }
    return this.#bytes
  }

  /** A message in one piece; only one that lies in two blocks has to be copied for that. */
  #copyOrView(start: number, end: number): Uint8Array {
    const [first, ...others] = this.slices(start, end)
    if (first === undefined) return new Uint8Array(0)
    return others.length === 0 ? first : Buffer.concat([first, ...others])
  }

  #block(offset: number): Buffer {
    const block = this.#blocks[Math.floor(offset / blockBytes)]
    if (block === undefined) throw new RangeError(`no byte ${offset} in a history of ${this.#bytes}`)
    return block
  }
}

const separator = Uint8Array.of(newline)
