import type { Writable } from 'node:stream'
import { type ServerOptions, WebSocket } from 'ws'

/** What a read, a message that waits, and a frame that was not sent cost beside their bytes, for the objects around them. */
export const pieceCost = 256
export const frameCost = 512

const fragmentCost = 128

/** What zlib keeps for a connection while it inflates and deflates, and while it inflates. */
const compressionCost = 320 * 1024
const inflateCost = 64 * 1024

/** Says why ws closes a connection of itself: the library sends the code alone. */
const reasons: Readonly<Record<number, (bytesMax: number) => string>> = {
  1002: () => 'a frame that RFC 6455 does not allow',
  1007: () => 'a text that is not UTF-8, or a message that cannot be inflated',
  1008: () => 'a message in too many pieces',
  1009: (bytesMax) => `a message of more than ${bytesMax} bytes`,
}

/**
 * Fields of ws 8.23. The library tells nobody what it holds of a message that has not ended, and a bound over all
 * connections needs that; its version is pinned, and a test watches these names.
 */
interface Internals {
  readonly _receiver: Writable & {
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
  readonly _extensions: { readonly 'permessage-deflate'?: { cleanup(): void } }
}

/** The WebSocket of ws, which knows what it holds and what it was closed with. */
export class ServerWebSocket extends WebSocket {
  /** What this side closed with first; undefined where it did not. */
  closeCode: number | undefined
  readonly #bytesMax: number

  /** Is called by the server of ws: with null, no subprotocol, and the options of the server. */
  constructor(address: string | URL | null, ...rest: unknown[]) {
    super(...([address, ...rest] as [null]))
    this.#bytesMax = (rest[1] as ServerOptions).maxPayload ?? 0
  }

  get isOpen(): boolean {
    return this.readyState === WebSocket.OPEN
  }

  override close(code?: number, reason?: string | Buffer): void {
    this.closeCode ??= code
    super.close(code, reason ?? reasons[code ?? 0]?.(this.#bytesMax))
  }

  /** What compression costs, where it was agreed on. */
  get compressionCost(): number {
    return this.#internals._extensions['permessage-deflate'] === undefined ? 0 : compressionCost
  }

  /** Whether nothing of a message is held, or on its way through zlib. */
  get isIdle(): boolean {
    const receiver = this.#internals._receiver
    if (receiver.writableEnded || receiver.destroyed) return true
    const { _bufferedBytes, _fragmented, _mask, writableLength } = receiver
    return _bufferedBytes + _fragmented + writableLength === 0 && _mask === undefined
  }

  /**
   * What a message that has not ended costs. Its fragments are views that keep whole reads alive.
   * @param readCost of the reads since it began
   */
  unreadCost(readCost: number): number {
    const { _fragments, _messageLength, _compressed } = this.#internals._receiver
    const inflated = this.compressionCost === 0 ? 0 : inflateCost + (_compressed ? _messageLength : 0)
    return readCost + _fragments.length * fragmentCost + inflated
  }

  /** Gives back the memory of zlib, which ws keeps until the connection ends; not while zlib works. */
  releaseCompression(): void {
    const { _fragmented, writableLength } = this.#internals._receiver
    if (_fragmented + writableLength === 0) this.#internals._extensions['permessage-deflate']?.cleanup()
  }

  /** Calls back when everything that came before the end of the stream has been read. */
  endReading(done: () => void): void {
    this.#internals._receiver.end(done)
  }

  /** Reads no more, as after a fault of the client, and forgets what was read. */
  failReading(error: Error): void {
    const receiver = this.#internals._receiver
    const fail = (): void => {
      if (receiver.destroyed || receiver.writableEnded) return
      // Not while it reads: ws loses a place of its zlib for ever where that is taken away under it.
      if (receiver.writableLength > 0) {
        receiver.write(new Uint8Array(0), fail)
        return
      }
      this.forgetUnread()
      receiver.destroy(error)
    }
    this.pause()
    fail()
  }

  /** Drops what was read of messages that nobody will answer. */
  forgetUnread(): void {
    const receiver = this.#internals._receiver
    receiver._buffers = []
    receiver._fragments = []
    receiver._bufferedBytes = 0
  }

  get #internals(): Internals {
    return this as unknown as Internals
  }
}
