import type { Writable } from 'node:stream'
import type { WebSocket } from 'ws'

/**
 * Fields of the receiver of ws (its lib/receiver.js). The library tells nobody what it holds of a message that has not
 * ended, and a bound over all connections needs that; its version is pinned, and a test watches these names.
 */
interface Receiver extends Writable {
  _buffers: Uint8Array[]
  _bufferedBytes: number
  _fragments: Uint8Array[]
  /** Bytes of the fragments, after inflation. */
  readonly _messageLength: number
  /** The opcode of a message that has begun, or 0. */
  readonly _fragmented: number
  readonly _compressed: boolean
  readonly _mask: Uint8Array | undefined
}

interface Internals {
  readonly _receiver: Receiver
  readonly _extensions: { readonly 'permessage-deflate'?: { cleanup(): void } }
}

/** What a read, a message or a frame costs beside its bytes, for the objects around them. */
export const pieceCost = 256

const fragmentCost = 128

/** What zlib keeps for a connection while it inflates and deflates, in bytes. */
export const compressionCost = 320 * 1024

/** Looks into what ws holds for one connection. */
export class ReceiverView {
  readonly #internals: Internals

  constructor(webSocket: WebSocket) {
    this.#internals = webSocket as unknown as Internals
  }

  get #receiver(): Receiver {
    return this.#internals._receiver
  }

  get isCompressing(): boolean {
    return this.#internals._extensions['permessage-deflate'] !== undefined
  }

  /** Whether nothing of a message is held, or on its way through zlib. */
  get isIdle(): boolean {
    const { _bufferedBytes, _fragmented, _mask, writableLength, writableEnded, destroyed } = this.#receiver
    if (writableEnded || destroyed) return true
    return _bufferedBytes === 0 && _fragmented === 0 && _mask === undefined && writableLength === 0
  }

  /**
   * What a message that has not ended costs. Its fragments are views that keep whole reads alive.
   * @param readCost of the reads since it began
   */
  cost(readCost: number): number {
    if (readCost === 0) return 0
    const { _fragments, _messageLength, _compressed } = this.#receiver
    return readCost + _fragments.length * fragmentCost + (_compressed ? _messageLength : 0)
  }

  /** Gives back the memory of zlib, which ws keeps until the connection ends. */
  releaseCompression(): void {
    if (this.isIdle) this.#internals._extensions['permessage-deflate']?.cleanup()
  }

  /** Calls back when everything that came before the end of the stream has been read. */
  end(done: () => void): void {
    this.#receiver.end(done)
  }

  /** Reads no more, as after a fault of the client, and forgets what was read. */
  fail(error: Error): void {
    const receiver = this.#receiver
    receiver._buffers = []
    receiver._fragments = []
    receiver._bufferedBytes = 0
    receiver.destroy(error)
  }
}
