import { isUtf8 } from 'node:buffer'

/**
 * Says of a text that comes in pieces whether it is UTF-8 (RFC 3629), at the first byte that no text could have there:
 * a character may be split over pieces, and is refused as soon as its beginning is one of no character.
 */
export class Utf8Validator {
  /** How many bytes the last character still misses. */
  #missing = 0
  /** What the next of them may be; only the second byte of a character has other bounds than these. */
  #low = 0x80
  #high = 0xbf

  /** Whether the text may end here. */
  get isComplete(): boolean {
    return this.#missing === 0
  }

  /** Takes the next piece. False for one that makes the text invalid, whatever comes after it. */
  accept(piece: Uint8Array): boolean {
    let at = 0
    for (; this.#missing > 0 && at < piece.length; at++) if (!this.#step(piece[at] ?? 0)) return false
    const last = lastCharacter(piece, at)
    if (!isUtf8(piece.subarray(at, last))) return false
    for (at = last; at < piece.length; at++) if (!this.#step(piece[at] ?? 0)) return false
    return true
  }

  /** The decoder of the WHATWG Encoding Standard, which is Table 3-7 of the Unicode Standard. */
  #step(byte: number): boolean {
    if (this.#missing === 0) return this.#begin(byte)
    if (byte < this.#low || byte > this.#high) return false
    this.#low = 0x80
    this.#high = 0xbf
    this.#missing -= 1
    return true
  }

  #begin(byte: number): boolean {
    if (byte <= 0x7f) return true
    if (byte < 0xc2 || byte > 0xf4) return false
    this.#missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    // Overlong forms, surrogates, and what lies beyond U+10FFFF.
    if (byte === 0xe0) this.#low = 0xa0
    else if (byte === 0xed) this.#high = 0x9f
    else if (byte === 0xf0) this.#low = 0x90
    else if (byte === 0xf4) this.#high = 0x8f
    return true
  }
}

/** Where the last character of more than one byte begins, if it may be incomplete; else the end of the bytes. */
function lastCharacter(bytes: Uint8Array, start: number): number {
  const first = Math.max(start, bytes.length - 3)
  for (let at = bytes.length - 1; at >= first; at--) if ((bytes[at] ?? 0) >= 0xc0) return at
  return bytes.length
}
