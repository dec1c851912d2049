import { fin, opcodes } from './frames.ts'

/** The header of a client's frame (RFC 6455, 5.2), as far as its bytes are there. */
export interface FrameHeader {
  readonly isFinal: boolean
  /** The three reserved bits; 4 is RSV1. */
  readonly reserved: number
  readonly opcode: number
  readonly isMasked: boolean
  /** Length of the payload in bytes; undefined while bytes of it are missing. */
  readonly length: number | undefined
  /** Where the four bytes of the mask begin; the payload is behind them. */
  readonly keyAt: number
}

/** @returns undefined where not even the two first bytes are there */
export function readFrameHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  if (bytes.length < at + 2) return undefined
  const first = bytes[at] ?? 0
  const second = bytes[at + 1] ?? 0
  const short = second & 0x7f
  const keyAt = at + (short < 126 ? 2 : short === 126 ? 4 : 10)
  return {
    isFinal: (first & fin) !== 0,
    reserved: (first >> 4) & 7,
    opcode: first & 0x0f,
    isMasked: second > 0x7f,
    length: short < 126 ? short : bytes.length < keyAt ? undefined : readLength(bytes, at + 2, keyAt),
    keyAt,
  }
}

/** A number in network order. Beyond 2^53 it is not exact, and beyond every limit. */
function readLength(bytes: Uint8Array, start: number, end: number): number {
  let length = 0
  for (let at = start; at < end; at++) length = length * 256 + (bytes[at] ?? 0)
  return length
}

/** What a header may be depends on what came before. */
export interface FrameContext {
  /** Whether a message has begun and not ended. */
  readonly inMessage: boolean
  /** Whether permessage-deflate was agreed on, which gives RSV1 a meaning (RFC 7692, 6). */
  readonly compression: boolean
}

/** Why no client may send such a frame here, if so. */
export function headerFault(
  header: FrameHeader,
  { inMessage, compression }: FrameContext,
): string | undefined {
  const { isFinal, reserved, opcode, isMasked, length } = header
  const isControl = opcode >= opcodes.close
  const mayBeCompressed = compression && (opcode === opcodes.text || opcode === opcodes.binary)
  if (reserved !== 0 && !(reserved === 4 && mayBeCompressed)) return 'a reserved bit is set'
  if (opcode > (isControl ? opcodes.pong : opcodes.binary)) return `the opcode ${opcode} is reserved`
  if (isControl && !isFinal) return 'a control frame in fragments'
  if (isControl && (length === undefined || length > 125)) return 'a control frame of more than 125 bytes'
  if (!isControl && inMessage !== (opcode === opcodes.continuation))
    return inMessage ? 'a new message inside of another' : 'a continuation of nothing'
  if (!isMasked) return 'a frame without a mask'
  return undefined
}
