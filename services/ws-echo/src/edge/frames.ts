/** Opcodes of data frames (RFC 6455, 11.8). */
export const opcodes = { text: 0x1, binary: 0x2 } as const

const fin = 0x80

/**
 * Unfragmented, unmasked data frames (RFC 6455, 5.2), one per payload and one after the other in a single buffer,
 * so that all of them leave in one write.
 * @param payloads each in parts that are joined
 */
export function encodeFrames(
  opcode: (typeof opcodes)[keyof typeof opcodes],
  payloads: readonly (readonly Uint8Array[])[],
): Buffer {
  let size = 0
  for (const payload of payloads) {
    const length = lengthOf(payload)
    size += headerLength(length) + length
  }
  const frames = Buffer.allocUnsafe(size)
  let offset = 0
  for (const payload of payloads) {
    frames[offset] = fin | opcode
    offset = writeLength(frames, offset + 1, lengthOf(payload))
    for (const part of payload) {
      frames.set(part, offset)
      offset += part.length
    }
  }
  return frames
}

/** The length of a payload in parts, in bytes. */
export function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0
  for (const part of parts) length += part.length
  return length
}

function headerLength(length: number): number {
  if (length <= 125) return 2
  return length <= 0xff_ff ? 4 : 10
}

/** Writes a length in the shortest form, as 5.2 demands, and returns the offset behind it. */
function writeLength(target: Buffer, offset: number, length: number): number {
  if (length <= 125) return target.writeUInt8(length, offset)
  if (length <= 0xff_ff) return target.writeUInt16BE(length, target.writeUInt8(126, offset))
  return target.writeBigUInt64BE(BigInt(length), target.writeUInt8(127, offset))
}
