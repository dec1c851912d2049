import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { messageBytesLimit } from '../domain/message-rules.ts'

/*
 * A segment is a header and records; integers are big-endian.
 *   header  "PLHIST02"  uint64 sequence number of the first record  uint32 salt  uint32 CRC-32 of those 20 bytes
 *   record  uint32 CRC-32 of salt, length and message  uint32 length of the message  the message
 * The salt is random, so that nobody can send a message that looks like a record in its middle.
 */
const magic = Buffer.from('PLHIST02')
export const headerBytes = 24
const recordHeaderBytes = 8
/** Length of the record of the longest message. */
export const recordBytesMax = recordHeaderBytes + messageBytesLimit

export interface SegmentHeader {
  /** Sequence number of the first record. */
  readonly first: number
  readonly salt: number
}

export function newSegmentHeader(first: number): SegmentHeader {
  return { first, salt: randomBytes(4).readUInt32BE() }
}

export function encodeHeader({ first, salt }: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(headerBytes)
  magic.copy(bytes)
  bytes.writeBigUInt64BE(BigInt(first), 8)
  bytes.writeUInt32BE(salt, 16)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 20)), 20)
  return bytes
}

/** Returns undefined for bytes that are not a whole, undamaged header of this version. */
export function decodeHeader(bytes: Buffer): SegmentHeader | undefined {
  if (bytes.length < headerBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined
  if (bytes.readUInt32BE(20) !== crc32(bytes.subarray(0, 20))) return undefined
  return { first: Number(bytes.readBigUInt64BE(8)), salt: bytes.readUInt32BE(16) }
}

/** The version of a header that is of another version than this one. */
export function otherVersion(header: Buffer): string | undefined {
  return /^PLHIST(?!02)(\d\d)/.exec(header.toString('latin1'))?.[1]
}

/** Length of the records of some messages. */
export function encodedBytes(messages: readonly Uint8Array[]): number {
  return messages.reduce((sum, message) => sum + recordHeaderBytes + message.length, 0)
}

/** Fills `target`, which has the length of `encodedBytes`, with the records of messages. */
export function encodeRecords(target: Buffer, messages: readonly Uint8Array[], salt: number): void {
  let at = 0
  for (const message of messages) {
    const end = at + recordHeaderBytes + message.length
    target.writeUInt32BE(message.length, at + 4)
    target.set(message, at + recordHeaderBytes)
    target.writeUInt32BE(crc32(target.subarray(at + 4, end), salt), at)
    at = end
  }
}

/** Reads the record at `at`. Returns undefined where there is no whole, undamaged one. */
export function readRecord(
  bytes: Buffer,
  at: number,
  salt: number,
): { readonly message: Buffer; readonly end: number } | undefined {
  if (at + recordHeaderBytes > bytes.length) return undefined
  const length = bytes.readUInt32BE(at + 4)
  const end = at + recordHeaderBytes + length
  if (length === 0 || length > messageBytesLimit || end > bytes.length) return undefined
  if (bytes.readUInt32BE(at) !== crc32(bytes.subarray(at + 4, end), salt)) return undefined
  return { message: bytes.subarray(at + recordHeaderBytes, end), end }
}
