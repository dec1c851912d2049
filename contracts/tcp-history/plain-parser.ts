import { isUtf8 } from 'node:buffer'
import { ByteAccumulator } from '../bytes/byte-accumulator.ts'
import { preface } from './frames.ts'

/** A first read of as many bytes may be a part of a message; one of fewer is taken for all of it. */
const wholeReadBytes = 1024
/** A message that begins like an HTTP request is held up to the end of its header, or to so many bytes. */
const requestHeadBytesMax = 131_072
const newline = 0x0a
const carriageReturn = 0x0d

/** What a client's first bytes turned out to be. */
export type PlainResult =
  /** A plain message, its delimiter removed. It may be longer than allowed, empty, or not UTF-8. */
  | { readonly mode: 'plain'; readonly message: Uint8Array }
  /** The preface of framed mode, and what came after it. */
  | { readonly mode: 'framed'; readonly rest: Uint8Array }
  /** An HTTP request of a web page, which a browser marks by Origin or Sec-Fetch headers. */
  | { readonly mode: 'http' }

/**
 * Finds the end of the one message of a plain connection, or the preface of framed mode (PROTOCOL.md, "Where a
 * message ends"). It has no clock: the caller watches the pause of rule 4 and the half-close of rule 3 and reports
 * both by `finish`. It never holds more than a message, its delimiter and the read that brought them, or the head of an
 * HTTP request.
 */
export class PlainParser {
  readonly #messageBytesMax: number
  readonly #held = new ByteAccumulator()
  #prefacePossible = true
  /** Length of the line of an HTTP request, as soon as there is one. */
  #requestLineBytes = 0

  constructor({ messageBytesMax }: { readonly messageBytesMax: number }) {
    this.#messageBytesMax = messageBytesMax
  }

  get heldBytes(): number {
    return this.#held.length
  }

  /** What they take in memory. */
  get memoryBytes(): number {
    return this.#held.memoryBytes
  }

  /** Takes the bytes of one read. Returns undefined while the message may go on. */
  push(read: Uint8Array): PlainResult | undefined {
    const isFirst = this.#held.length === 0
    if (this.#prefacePossible) {
      const bytes = isFirst ? read : concat(this.#held.bytes, read)
      if (startsWith(bytes, preface)) return { mode: 'framed', rest: bytes.subarray(preface.length) }
      this.#prefacePossible = startsWith(preface, bytes)
    }
    const at = this.#requestLineBytes > 0 ? -1 : read.indexOf(newline)
    if (isFirst && at < 0 && read.length < wholeReadBytes && !this.#prefacePossible && isUtf8(read))
      return { mode: 'plain', message: read }
    if (isFirst && at >= 0 && !isRequestLine(read.subarray(0, at + 1)))
      return { mode: 'plain', message: withoutDelimiter(read.subarray(0, at + 1)) }
    this.#held.push(read)
    if (this.#requestLineBytes > 0) return this.#request(false)
    if (at < 0) return this.#isTooLong() ? { mode: 'plain', message: this.#held.take() } : undefined
    const lineBytes = this.#held.length - read.length + at + 1
    if (!isRequestLine(this.#held.bytes.subarray(0, lineBytes)))
      return { mode: 'plain', message: withoutDelimiter(this.#held.take().subarray(0, lineBytes)) }
    this.#requestLineBytes = lineBytes
    return this.#request(false)
  }

  /** The message as the pause or the half-close ended it; undefined where no byte came. */
  finish(): PlainResult | undefined {
    if (this.#requestLineBytes > 0) return this.#request(true)
    return this.#held.length === 0 ? undefined : { mode: 'plain', message: this.#held.take() }
  }

  /** What begins like an HTTP request is a message all the same, its first line, unless a web page sent it. */
  #request(isWhole: boolean): PlainResult | undefined {
    const text = textOf(this.#held.bytes)
    const headEnd = text.indexOf('\r\n\r\n')
    if (headEnd < 0 && !isWhole && text.length < requestHeadBytesMax) return undefined
    const head = headEnd < 0 ? text : text.slice(0, headEnd)
    if (/^(?:origin|sec-fetch-[a-z]+):/im.test(head)) return { mode: 'http' }
    return {
      mode: 'plain',
      message: withoutDelimiter(this.#held.take().subarray(0, this.#requestLineBytes)),
    }
  }

  /** The delimiter does not count, so a last "\r" may still turn out to be a part of it. */
  #isTooLong(): boolean {
    const excess = this.#held.length - this.#messageBytesMax
    return excess > 1 || (excess === 1 && this.#held.bytes.at(-1) !== carriageReturn)
  }
}

/** RFC 9112, 3. */
function isRequestLine(line: Uint8Array): boolean {
  return line.at(-2) === carriageReturn && /^[A-Z]+ \S+ HTTP\/1\.\d\r\n$/.test(textOf(line))
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
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
