import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { AppError } from '@polyservice-lab/service-kit/app-error'

// Length-Prefixed-Message of gRPC over HTTP/2: one byte that tells whether the message is compressed, four bytes of
// length, big-endian, and the message.
const prefixBytes = 5
const compressGzip = promisify(gzip)
const decompressGzip = promisify(gunzip)

export interface Frame {
  readonly compressed: boolean
  readonly payload: Buffer
}

function messageTooLarge(bytesMax: number): AppError {
  return new AppError('resource_exhausted', `a message may have ${bytesMax} bytes`)
}

/** Cuts a stream of bytes into frames. It keeps at most one frame that is not whole, of at most `bytesMax`. */
export class FrameDecoder {
  readonly #bytesMax: number
  #chunks: Buffer[] = []
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Bytes of a frame that has begun and is not whole, and of those that nobody has asked for. */
  get heldBytes(): number {
    return this.#bytes
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
  }

  /**
   * The next frame that is whole; undefined where there is none yet.
   * @throws AppError resource_exhausted as soon as a prefix announces more than `bytesMax`
   */
  next(): Frame | undefined {
    if (this.#bytes < prefixBytes) return undefined
    const prefix = this.#peek(prefixBytes)
    const length = prefix.readUInt32BE(1)
    if (length > this.#bytesMax) throw messageTooLarge(this.#bytesMax)
    if (this.#bytes < prefixBytes + length) return undefined
    const flag = prefix[0] ?? 0
    if (flag > 1) throw new AppError('invalid_argument', 'the flag of a message is neither 0 nor 1')
    return { compressed: flag === 1, payload: this.#take(prefixBytes + length).subarray(prefixBytes) }
  }

  #peek(length: number): Buffer {
    const [first] = this.#chunks
    if (first !== undefined && first.length >= length) return first
    // Only a prefix that is split between chunks comes here.
    return Buffer.concat(this.#chunks, this.#bytes)
  }

  #take(length: number): Buffer {
    this.#bytes -= length
    const [first] = this.#chunks
    if (first !== undefined && first.length > length) {
      this.#chunks[0] = first.subarray(length)
      return first.subarray(0, length)
    }
    const parts: Buffer[] = []
    let missing = length
    while (missing > 0) {
      const chunk = this.#chunks.shift()
      if (chunk === undefined) throw new Error('more bytes taken than there are')
      parts.push(chunk.subarray(0, missing))
      if (chunk.length > missing) this.#chunks.unshift(chunk.subarray(missing))
      missing -= Math.min(missing, chunk.length)
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, length)
  }
}

export function encodeFrame(message: Uint8Array, compressed = false): Buffer {
  const frame = Buffer.allocUnsafe(prefixBytes + message.length)
  frame[0] = compressed ? 1 : 0
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, prefixBytes)
  return frame
}

export async function encodeGzipFrame(message: Uint8Array): Promise<Buffer> {
  return encodeFrame(await compressGzip(message), true)
}

/** @throws AppError resource_exhausted when it grows beyond `bytesMax`, invalid_argument when it is no gzip */
export async function decompress(payload: Buffer, bytesMax: number): Promise<Buffer> {
  try {
    return await decompressGzip(payload, { maxOutputLength: bytesMax })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw messageTooLarge(bytesMax)
    throw new AppError('invalid_argument', 'a message is flagged as gzip and is not gzip')
  }
}
