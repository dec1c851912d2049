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
  #error: FrameError | undefined

  /** @param options.frameBytesMax the most that a length field may say, in bytes */
  constructor({ frameBytesMax = messagesFrameBytesMax }: { readonly frameBytesMax?: number } = {}) {
    this.#frameBytesMax = frameBytesMax
  }

  /** Bytes of an incomplete frame; its length field counts. */
  get heldBytes(): number {
    return this.#held.length
  }

  /**
   * Yields the frames that `chunk` completes. Their payloads are views of it where they lie in it whole. All of them
   * must be taken before the next push.
   * @throws FrameError for a length of 0 or over the limit, then and ever after
   */
  *push(chunk: Uint8Array): Generator<Frame, void, undefined> {
    if (this.#error !== undefined) throw this.#error
    let at = 0
    if (this.#held.length > 0) {
      at = this.#fill(chunk, 0, lengthBytes)
      if (this.#held.length < lengthBytes) return
      const end = lengthBytes + this.#bodyBytes(this.#held.bytes, 0)
      at = this.#fill(chunk, at, end)
      if (this.#held.length < end) return
      yield frameOf(this.#held.take(), lengthBytes, end)
    }
    while (chunk.length - at >= lengthBytes) {
      const end = at + lengthBytes + this.#bodyBytes(chunk, at)
      if (end > chunk.length) break
      yield frameOf(chunk, at + lengthBytes, end)
      at = end
    }
    if (at < chunk.length) this.#held.push(chunk.subarray(at))
  }

  /** Moves bytes of the chunk to what is held, until that is `length` bytes long. Returns where it stopped. */
  #fill(chunk: Uint8Array, at: number, length: number): number {
    const end = Math.min(chunk.length, at + Math.max(0, length - this.#held.length))
    if (end > at) this.#held.push(chunk.subarray(at, end))
    return end
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
