import { isUtf8 } from 'node:buffer'
import { ByteAccumulator } from '../bytes/byte-accumulator.ts'
import { type Close, closeCodes, decodeClose, WebSocketFault } from './close-frames.ts'
import { type FrameHeader, headerFault, readFrameHeader } from './frame-header.ts'
import { opcodes } from './frames.ts'
import { unmask } from './unmask.ts'
import { Utf8Validator } from './utf8-validator.ts'

/** What a client sent: whole messages, and control frames where they come, between messages and inside of them. */
export type Received =
  | Message
  | { readonly type: 'ping' | 'pong'; readonly payload: Uint8Array }
  | ({ readonly type: 'close' } & Close)

export interface Message {
  readonly type: 'message'
  readonly isBinary: boolean
  /** Whether the payload is still compressed (RFC 7692). If not, that of a text is UTF-8. */
  readonly isCompressed: boolean
  readonly payload: Uint8Array
}

export interface MessageReaderOptions {
  /** The most that the payload of a message may have, all fragments together. */
  readonly messageBytesMax: number
  /** The most fragments of a message: each of them costs work, even an empty one. */
  readonly fragmentsMax: number
  /** Whether permessage-deflate was agreed on, so that messages may be compressed. */
  readonly compression: boolean
}

/** A message that came in part. */
interface OpenMessage {
  readonly isBinary: boolean
  readonly isCompressed: boolean
  readonly payload: ByteAccumulator
  /** Undefined where any byte may come. */
  readonly text: Utf8Validator | undefined
  /** Bytes of payload that the headers of its frames told of. */
  length: number
  fragments: number
}

/** A data frame whose header was read and whose payload was not, or not all of it. */
interface OpenFrame {
  readonly isFinal: boolean
  readonly key: Uint8Array
  readonly length: number
  /** Bytes of its payload that were read. */
  read: number
}

const nothing = new Uint8Array(0)

/**
 * The receiving side of a server (RFC 6455, 5): cuts a stream of bytes into what the client sent, however the bytes
 * were split on their way. Whoever asks may stop after any message; the rest waits. A fault is found at the first byte
 * that shows it, invalid UTF-8 in the middle of a frame too. Between two messages nothing is held.
 */
export class MessageReader {
  readonly #options: MessageReaderOptions
  #bytes: Uint8Array = nothing
  /** How many of them were read. */
  #at = 0
  #message: OpenMessage | undefined
  #frame: OpenFrame | undefined

  constructor(options: MessageReaderOptions) {
    this.#options = options
  }

  /** Whether there are bytes that were pushed and not read. */
  get hasUnread(): boolean {
    return this.#at < this.#bytes.length
  }

  /** Bytes of a message that has begun and not ended. */
  get heldBytes(): number {
    return this.#message?.payload.length ?? 0
  }

  /** Takes the bytes of one read, and owns them: masks are taken off in place, and payloads are views of them. */
  push(bytes: Uint8Array): void {
    this.#bytes = this.hasUnread ? Buffer.concat([this.#bytes.subarray(this.#at), bytes]) : bytes
    this.#at = 0
  }

  /**
   * What the client sent next; undefined while bytes of it are missing.
   * @throws WebSocketFault when no client may send such bytes; the rest of the stream has no meaning then
   */
  next(): Received | undefined {
    for (;;) {
      const received = this.#frame === undefined ? this.#readFrame() : this.#readPayload(this.#frame)
      if (received !== 'fragment') return received
    }
  }

  #readFrame(): Received | 'fragment' | undefined {
    const header = readFrameHeader(this.#bytes, this.#at)
    if (header === undefined) return this.#wait()
    const { opcode, isFinal, length, keyAt } = header
    this.#check(header)
    const start = keyAt + 4
    const isControl = opcode >= opcodes.close
    const available = this.#bytes.length - start
    if (length === undefined || available < (isControl ? length : 0)) return this.#wait()
    const bytes = this.#bytes
    this.#at = start
    if (isControl) return controlFrame(opcode, this.#take(length, bytes, keyAt, 0))
    if (isFinal && this.#message === undefined && available >= length)
      return wholeMessage(header, this.#take(length, bytes, keyAt, 0))
    this.#message ??= openMessage(header)
    this.#message.length += length
    this.#message.fragments += 1
    // A copy: a view would keep the whole read.
    this.#frame = { isFinal, key: Uint8Array.from(bytes.subarray(keyAt, start)), length, read: 0 }
    return this.#readPayload(this.#frame)
  }

  #check(header: FrameHeader): void {
    const { messageBytesMax, fragmentsMax, compression } = this.#options
    const message = this.#message
    const fault = headerFault(header, { inMessage: message !== undefined, compression })
    if (fault !== undefined) throw new WebSocketFault(closeCodes.protocolError, fault)
    if (header.opcode >= opcodes.close) return
    if ((message?.length ?? 0) + (header.length ?? 0) > messageBytesMax)
      throw new WebSocketFault(closeCodes.messageTooBig, `a message of more than ${messageBytesMax} bytes`)
    if ((message?.fragments ?? 0) >= fragmentsMax)
      throw new WebSocketFault(closeCodes.policyViolation, `a message of more than ${fragmentsMax} fragments`)
  }

  /** Reads what is there of the payload of a frame. */
  #readPayload(frame: OpenFrame): Received | 'fragment' | undefined {
    const message = this.#message as OpenMessage
    const length = Math.min(frame.length - frame.read, this.#bytes.length - this.#at)
    const part = this.#take(length, frame.key, 0, frame.read)
    frame.read += length
    if (message.text?.accept(part) === false) throw notUtf8()
    message.payload.push(part)
    if (frame.read < frame.length) return this.#wait()
    this.#frame = undefined
    if (!frame.isFinal) return 'fragment'
    this.#message = undefined
    if (message.text?.isComplete === false) throw notUtf8()
    const { isBinary, isCompressed, payload } = message
    return { type: 'message', isBinary, isCompressed, payload: payload.take() }
  }

  /** Takes bytes of a payload; `phase` of it were taken before, and its mask stands at `keyAt` of `keys`. */
  #take(length: number, keys: Uint8Array, keyAt: number, phase: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at, this.#at + length)
    unmask(bytes, keys, keyAt, phase)
    this.#at += length
    if (!this.hasUnread) this.#wait()
    return bytes
  }

  /** Keeps what is left, which is less than a header and the payload of a control frame, and not the read it came in. */
  #wait(): undefined {
    this.#bytes = this.hasUnread ? Uint8Array.from(this.#bytes.subarray(this.#at)) : nothing
    this.#at = 0
  }
}

function controlFrame(opcode: number, payload: Uint8Array): Received {
  if (opcode === opcodes.close) return { type: 'close', ...decodeClose(payload) }
  return { type: opcode === opcodes.ping ? 'ping' : 'pong', payload }
}

/** A message in one frame, with nothing copied. */
function wholeMessage({ opcode, reserved }: FrameHeader, payload: Uint8Array): Message {
  const isBinary = opcode === opcodes.binary
  const isCompressed = reserved !== 0
  if (!isBinary && !isCompressed && !isUtf8(payload)) throw notUtf8()
  return { type: 'message', isBinary, isCompressed, payload }
}

function openMessage({ opcode, reserved }: FrameHeader): OpenMessage {
  const isBinary = opcode === opcodes.binary
  const isCompressed = reserved !== 0
  const text = isBinary || isCompressed ? undefined : new Utf8Validator()
  return { isBinary, isCompressed, payload: new ByteAccumulator(), text, length: 0, fragments: 0 }
}

function notUtf8(): WebSocketFault {
  return new WebSocketFault(closeCodes.invalidPayload, 'a text that is not UTF-8')
}
