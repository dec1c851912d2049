/** Kinds of frames (RFC 6455, 11.8). */
export const opcodes = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const

/** Bits of a frame's first byte (RFC 6455, 5.2): the last fragment, and that the message is compressed (RFC 7692, 6). */
export const fin = 0x80
export const rsv1 = 0x40

/** A payload in parts that follow each other on the wire, so that nothing is copied before it is framed. */
export type Payload = readonly Uint8Array[]

/**
 * Unfragmented, unmasked frames as a server sends them (RFC 6455, 5.2), one per payload and one after the other in a
 * single buffer, so that all of them leave in one write.
 * @param first their first byte: `fin`, an opcode, and `rsv1` where they are compressed
 */
export function encodeFrames(first: number, payloads: readonly Payload[]): Uint8Array<ArrayBuffer> {
  let size = 0
  for (const payload of payloads) {
    const length = lengthOf(payload)
    size += headerLength(length) + length
  }
  const frames = Buffer.allocUnsafe(size)
  let at = 0
  for (const payload of payloads) {
    frames[at] = first
    at = writeLength(frames, at + 1, lengthOf(payload))
    for (const part of payload) {
      frames.set(part, at)
      at += part.length
    }
  }
  return frames
}

/** The length of a payload in bytes. */
export function lengthOf(payload: Payload): number {
  let length = 0
  for (const part of payload) length += part.length
  return length
}

function headerLength(length: number): number {
  if (length <= 125) return 2
  return length <= 0xff_ff ? 4 : 10
}

/** Writes a length in the shortest form, as 5.2 demands, and returns the offset behind it. */
function writeLength(target: Buffer, at: number, length: number): number {
  if (length <= 125) {
    target[at] = length
    return at + 1
  }
  if (length <= 0xff_ff) {
    target[at] = 126
    return target.writeUInt16BE(length, at + 1)
  }
  target[at] = 127
  return target.writeBigUInt64BE(BigInt(length), at + 1)
}
