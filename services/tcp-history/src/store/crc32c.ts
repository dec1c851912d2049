const reversedPolynomial = 0x82f63b78

/** What a byte does to the checksum when it is followed by 0, 1, 2 or 3 more bytes. */
const [after0, after1, after2, after3] = makeTables()

/**
 * CRC-32C (Castagnoli), RFC 9260 appendix A; zlib's crc32 has another polynomial. Four bytes at a time, which is
 * five times as fast as one.
 * @param previous the checksum of the bytes before these
 */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  let crc = ~previous
  let at = 0
  for (; at + 4 <= bytes.length; at += 4) {
    crc ^= elementAt(bytes, at) | (elementAt(bytes, at + 1) << 8) | (elementAt(bytes, at + 2) << 16)
    crc ^= elementAt(bytes, at + 3) << 24
    crc =
      elementAt(after3, crc & 0xff) ^
      elementAt(after2, (crc >>> 8) & 0xff) ^
      elementAt(after1, (crc >>> 16) & 0xff) ^
      elementAt(after0, crc >>> 24)
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ elementAt(after0, (crc ^ elementAt(bytes, at)) & 0xff)
  return ~crc >>> 0
}

/** An element that is known to be there. */
function elementAt(values: Uint8Array | Int32Array, at: number): number {
  return values[at] as number
}

function makeTables(): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte
    for (let bit = 0; bit < 8; bit++)
      remainder = remainder & 1 ? (remainder >>> 1) ^ reversedPolynomial : remainder >>> 1
    return remainder
  })
  const followedByOneMore = (table: Int32Array) =>
    table.map((remainder) => (remainder >>> 8) ^ elementAt(first, remainder & 0xff))
  const second = followedByOneMore(first)
  const third = followedByOneMore(second)
  return [first, second, third, followedByOneMore(third)]
}
