import type { Direction, Protocol } from './fault.ts'
import { HistoryFraming } from './history-framing.ts'
import { Http2Framing } from './http2-framing.ts'
import type { UnitBuffer } from './unit-buffer.ts'
import { WebSocketFraming } from './websocket-framing.ts'

/** A piece of a connection that passes as a whole: a frame, or bytes that nobody can tell apart. */
export interface Unit {
  readonly bytes: Uint8Array
  /** What it is, for the log. */
  readonly name: string
  /** Whether it counts as a message; prefaces, handshakes and control frames do not. */
  readonly isMessage: boolean
  /** The stream of an HTTP/2 frame. */
  readonly stream?: number
}

/** Cuts the bytes of one connection into units, each way. */
export interface Framing {
  /** What is whole now, after these bytes. */
  push(direction: Direction, chunk: Uint8Array): Unit[]
  /** Where units wait until they are whole, each way; undefined where none do. */
  readonly buffers?: Readonly<Record<Direction, UnitBuffer>>
}

/** The units of one way. Without need, no byte waits for those behind it. */
export class UnitStream {
  readonly #framing: Framing
  readonly #direction: Direction
  /** How many bytes have passed of the unit that is not whole. */
  #passed = 0

  constructor(framing: Framing, direction: Direction) {
    this.#framing = framing
    this.#direction = direction
  }

  /**
   * What may pass now, after these bytes.
   * @param waits whether what is not whole is held back; what is not of the protocol never is
   */
  push(chunk: Uint8Array, waits: boolean): Unit[] {
    if (this.#buffer?.isForeign) return [part(chunk)]
    const units = this.#framing.push(this.#direction, chunk).map((unit) => this.#rest(unit))
    return waits && !this.#buffer?.isForeign ? units : [...units, ...this.end()]
  }

  /** Whether a part of a unit has passed, and not its end. */
  get isWithinUnit(): boolean {
    return this.#passed > 0 && !this.#buffer?.isForeign
  }

  /** What is left of a unit that is not whole. */
  end(): Unit[] {
    if (this.#buffer === undefined) return []
    const { waiting } = this.#buffer
    const bytes = waiting.subarray(this.#passed)
    this.#passed = waiting.length
    return bytes.length === 0 ? [] : [part(bytes)]
  }

  get #buffer(): UnitBuffer | undefined {
    return this.#framing.buffers?.[this.#direction]
  }

  #rest(unit: Unit): Unit {
    const bytes = unit.bytes.subarray(this.#passed)
    this.#passed = 0
    return { ...unit, bytes }
  }
}

function part(bytes: Uint8Array): Unit {
  return { bytes, name: 'part', isMessage: false }
}

const chunks: Framing = {
  push: (_direction, bytes) => [{ bytes, name: 'chunk', isMessage: true }],
}

/** A framing for one connection. */
export function createFraming(protocol: Protocol): Framing {
  switch (protocol) {
    case 'tcp':
      return chunks
    case 'history':
      return new HistoryFraming()
    case 'websocket':
      return new WebSocketFraming()
    case 'http2':
      return new Http2Framing()
  }
}
