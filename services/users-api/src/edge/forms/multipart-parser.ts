/** What a multipart body is made of, in its order. */
export type MultipartEvent =
  | { readonly type: 'part'; readonly headers: ReadonlyMap<string, string> }
  | { readonly type: 'data'; readonly bytes: Buffer }
  | { readonly type: 'end of part' }

/** A body that is no multipart body, or one with too much before its parts. */
export class MultipartSyntaxError extends Error {}

const headerBytesMax = 16_384
/** RFC 9110 section 5.6.2. */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const crlf = Buffer.from('\r\n')
const cr = 13
const lf = 10

/**
 * Splits a multipart body (RFC 2046 section 5.1) into its parts while it arrives. Nothing but line ends may stand
 * before the first boundary; what follows the last one is ignored; a body that is cut off is what came of it.
 */
export class MultipartParser {
  /** Stands before each part but the first, which has no line end before it. */
  readonly #delimiter: Buffer
  #rest: Buffer = Buffer.alloc(0)
  #state: 'start' | 'headers' | 'data' | 'end' = 'start'
  #headers = new Map<string, string>()
  #headerBytes = 0

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  }

  /** @throws MultipartSyntaxError */
  *write(chunk: Buffer): Generator<MultipartEvent> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (let more = true; more; ) {
      if (this.#state === 'start') more = this.#start()
      else if (this.#state === 'headers') more = yield* this.#header()
      else if (this.#state === 'data') more = yield* this.#data()
      else {
        this.#rest = Buffer.alloc(0)
        more = false
      }
    }
  }

  #start(): boolean {
    let blank = 0
    while (this.#rest[blank] === cr || this.#rest[blank] === lf) blank++
    this.#rest = this.#rest.subarray(blank)
    const first = this.#delimiter.subarray(crlf.length)
    const found = this.#rest.subarray(0, first.length)
    if (!found.equals(first.subarray(0, found.length)))
      throw new MultipartSyntaxError('no boundary at the start')
    if (this.#rest.length < first.length + 2) return false
    if (!this.#endBoundary(first.length)) throw new MultipartSyntaxError('no line end after the boundary')
    return true
  }

  /** Goes on behind a boundary, when it is one: a line end or two hyphens follow it. */
  #endBoundary(at: number): boolean {
    const following = this.#rest.toString('latin1', at, at + 2)
    if (following !== '\r\n' && following !== '--') return false
    this.#rest = this.#rest.subarray(at + 2)
    this.#state = following === '--' ? 'end' : 'headers'
    this.#headers = new Map()
    this.#headerBytes = 0
    return true
  }

  *#header(): Generator<MultipartEvent, boolean> {
    const end = this.#rest.indexOf(cr)
    const complete = end >= 0 && end + 1 < this.#rest.length
    if (this.#headerBytes + (complete ? end : this.#rest.length) > headerBytesMax)
      throw new MultipartSyntaxError('too many bytes of headers')
    if (!complete) return false
    if (this.#rest[end + 1] !== lf) throw new MultipartSyntaxError('no line end after a header')
    const line = this.#rest.toString('latin1', 0, end)
    this.#rest = this.#rest.subarray(end + 2)
    this.#headerBytes += end + 2
    if (line === '') {
      this.#state = 'data'
      // A part without content ends with the line end of its headers.
      this.#rest = Buffer.concat([this.#rest])
      yield { type: 'part', headers: this.#headers }
      return true
    }
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0))
    if (!token.test(name)) throw new MultipartSyntaxError('no name of a header')
    this.#headers.set(name.toLowerCase(), line.slice(colon + 1).replace(/^ +/, ''))
    return true
  }

  *#data(): Generator<MultipartEvent, boolean> {
    const at = this.#rest.indexOf(this.#delimiter)
    const behind = at + this.#delimiter.length
    if (at < 0) {
      // The end may be the start of a delimiter.
      yield* this.#take(Math.max(0, this.#rest.length - this.#delimiter.length + 1))
      return false
    }
    if (this.#rest.length < behind + 2) {
      yield* this.#take(at)
      return false
    }
    const bytes = this.#rest.subarray(0, at)
    if (!this.#endBoundary(behind)) {
      yield* this.#take(at + 1)
      return true
    }
    if (bytes.length > 0) yield { type: 'data', bytes }
    yield { type: 'end of part' }
    return true
  }

  *#take(length: number): Generator<MultipartEvent> {
    const bytes = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    if (bytes.length > 0) yield { type: 'data', bytes }
  }
}
