import { ByteAccumulator } from '../bytes/byte-accumulator.ts'
import { type Frame, FrameError, messagesFrameBytesMax } from './frames.ts'

const lengthBytes = 4

/**
 * Cuts a stream of bytes into frames, however the bytes were split on their way. A frame that is too long is refused
 * by its length field, before its body is read; between two calls no more than one incomplete frame is held.
 */
export class FrameParser {
  readonly #frameBytesMax: number
  readonly #held = new ByteAccumulator()
  /** How long the incomplete frame is, or its length field as long as that is incomplete itself. */
  #heldBytesWanted = 0
  #error: FrameError | undefined

  /** @param options.frameBytesMax the most that a length field may say, in bytes */
  constructor({ frameBytesMax = messagesFrameBytesMax }: { readonly frameBytesMax?: number } = {}) {
    this.#frameBytesMax = frameBytesMax
  }

  /** Bytes of an incomplete frame; its length field counts. */
  get heldBytes(): number {
    return this.#held.length
  }

  /** What they take in memory. */
  get memoryBytes(): number {
    return this.#held.memoryBytes
  }

  /**
   * Yields the frames that `chunk` completes. Their payloads are views of it where they lie in it whole. All of them
   * must be taken before the next push.
   * @throws FrameError for a length of 0 or over the limit, then and ever after
   */
  *push(chunk: Uint8Array): Generator<Frame, void, undefined> {
    if (this.#error !== undefined) throw this.#error
    let bytes = chunk
    if (this.#held.length > 0) {
      this.#held.push(chunk)
      if (this.#held.length < this.#heldBytesWanted) return
      bytes = this.#held.take()
    }
    let at = 0
    this.#heldBytesWanted = lengthBytes
    while (bytes.length - at >= lengthBytes) {
      const end = at + lengthBytes + this.#bodyBytes(bytes, at)
      this.#heldBytesWanted = end - at
      if (end > bytes.length) break
      yield frameOf(bytes, at + lengthBytes, end)
      this.#heldBytesWanted = lengthBytes
      at = end
    }
    if (at < bytes.length) this.#held.push(bytes.subarray(at))
  }

  #bodyBytes(bytes: Uint8Array, at: number): number {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at, lengthBytes).getUint32(0)
    if (length > 0 && length <= this.#frameBytesMax) return length
    this.#held.take()
    this.#error = new FrameError(
      length === 0 ? 'a frame of length 0' : `a frame of ${length} bytes, more than ${this.#frameBytesMax}`,
    )
    throw this.#error
  }
}

function frameOf(bytes: Uint8Array, start: number, end: number): Frame {
  return { type: bytes[start] ?? 0, payload: bytes.subarray(start + 1, end) }
}
