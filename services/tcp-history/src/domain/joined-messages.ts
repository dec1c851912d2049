const blockBytes = 1_048_576
/** Of so many messages one is in the index; the way from there is found by their line breaks. */
const messagesPerMark = 64
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
  /** Where every 64th message begins. */
  readonly #marks: number[] = []
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
    if (this.#count % messagesPerMark === 0) this.#marks.push(this.#bytes)
    this.#write(message)
    this.#count++
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
    if (sequence > this.#count) return { sequence, offset: this.#offsetOf(sequence) }
    const mark = Math.floor((sequence - 1) / messagesPerMark)
    let position: Position = { sequence: mark * messagesPerMark + 1, offset: this.#marks[mark] ?? 0 }
    while (position.sequence < sequence)
      position = { sequence: position.sequence + 1, offset: this.#endOf(position.offset) + 1 }
    return position
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

  #offsetOf(next: number): number {
    return next === 1 ? 0 : this.#bytes + 1
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
    let at = offset
    for (const slice of this.slices(offset, this.#bytes)) {
      const found = slice.indexOf(newline)
      if (found >= 0) return at + found
      at += slice.length
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
