import { isUtf8 } from 'node:buffer'
import { ByteAccumulator } from '../bytes/byte-accumulator.ts'
import { preface } from './frames.ts'

/** A first read of as many bytes may be a part of a message; one of fewer is taken for all of it. */
const wholeReadBytes = 1024
const newline = 0x0a
const carriageReturn = 0x0d

/** What a client's first bytes turned out to be. */
export type PlainResult =
  /** A plain message, its delimiter removed. It may be longer than allowed, empty, or not UTF-8. */
  | { readonly mode: 'plain'; readonly message: Uint8Array }
  /** The preface of framed mode, and what came after it. */
  | { readonly mode: 'framed'; readonly rest: Uint8Array }

/**
 * Finds the end of the one message of a plain connection, or the preface of framed mode (PROTOCOL.md, "Where a
 * message ends"). It has no clock: the caller watches the pause of rule 4 and the half-close of rule 3 and reports
 * both by `finish`. It never holds more than a message, its delimiter and the read that brought them.
 */
export class PlainParser {
  readonly #messageBytesMax: number
  readonly #held = new ByteAccumulator()
  #prefacePossible = true

  constructor({ messageBytesMax }: { readonly messageBytesMax: number }) {
    this.#messageBytesMax = messageBytesMax
  }

  get heldBytes(): number {
    return this.#held.length
  }

  /** Takes the bytes of one read. Returns undefined while the message may go on. */
  push(read: Uint8Array): PlainResult | undefined {
    const isFirst = this.#held.length === 0
    if (this.#prefacePossible) {
      const bytes = isFirst ? read : concat(this.#held.bytes, read)
      if (startsWith(bytes, preface)) return { mode: 'framed', rest: bytes.subarray(preface.length) }
      this.#prefacePossible = startsWith(preface, bytes)
    }
    const at = read.indexOf(newline)
    if (isFirst) {
      if (at >= 0) return { mode: 'plain', message: withoutDelimiter(read.subarray(0, at + 1)) }
      if (read.length < wholeReadBytes && !this.#prefacePossible && isUtf8(read))
        return { mode: 'plain', message: read }
    }
    this.#held.push(at >= 0 ? read.subarray(0, at + 1) : read)
    if (at >= 0) return { mode: 'plain', message: withoutDelimiter(this.#held.take()) }
    return this.#isTooLong() ? { mode: 'plain', message: this.#held.take() } : undefined
  }

  /** The message as the pause or the half-close ended it; undefined where no byte came. */
  finish(): PlainResult | undefined {
    return this.#held.length === 0 ? undefined : { mode: 'plain', message: this.#held.take() }
  }

  /** The delimiter does not count, so a last "\r" may still turn out to be a part of it. */
  #isTooLong(): boolean {
    const excess = this.#held.length - this.#messageBytesMax
    return excess > 1 || (excess === 1 && this.#held.bytes.at(-1) !== carriageReturn)
  }
}

function withoutDelimiter(line: Uint8Array): Uint8Array {
  return line.subarray(0, line.length - (line.at(-2) === carriageReturn ? 2 : 1))
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  if (bytes.length < start.length) return false
  for (let i = 0; i < start.length; i++) if (bytes[i] !== start[i]) return false
  return true
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length)
  bytes.set(a)
  bytes.set(b, a.length)
  return bytes
}
