/** The largest unit that is taken together, in bytes. */
const unitBytesMax = 64 * 1024 * 1024

export class FramingError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FramingError'
  }
}

/** Bytes that wait until a unit of them is whole. */
export class UnitBuffer {
  #bytes: Buffer = Buffer.alloc(0)

  push(chunk: Uint8Array): void {
    this.#bytes = this.#bytes.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#bytes, chunk])
  }

  /** What is there, without taking it. */
  get waiting(): Buffer {
    return this.#bytes
  }

  /** The first `length` bytes, or undefined until they are there. @throws FramingError when they are too many */
  take(length: number): Buffer | undefined {
    if (length > unitBytesMax) throw new FramingError(`a frame of ${length} bytes`)
    if (this.#bytes.length < length) return undefined
    const taken = this.#bytes.subarray(0, length)
    this.#bytes = this.#bytes.subarray(length)
    return taken
  }
}
