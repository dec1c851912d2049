import { randomBytes } from 'node:crypto'
import type { Direction } from './fault.ts'
import type { Framing, Unit } from './framing.ts'
import { UnitBuffer } from './unit-buffer.ts'

const names: Readonly<Record<number, string>> = {
  0: 'continuation',
  1: 'text',
  2: 'binary',
  8: 'close',
  9: 'ping',
  10: 'pong',
}
const headEnd = '\r\n\r\n'
const maskBytes = 4

/** The handshake each way (RFC 6455, 4), then frames (5.2). What follows an answer that is no upgrade passes as it is. */
export class WebSocketFraming implements Framing {
  readonly buffers = { server: new UnitBuffer(), client: new UnitBuffer() }
  readonly #parts = { server: 'handshake', client: 'handshake' } as Record<Direction, 'handshake' | 'frames'>
  #isRefused = false

  push(direction: Direction, chunk: Uint8Array): Unit[] {
    const buffer = this.buffers[direction]
    buffer.push(chunk)
    const units: Unit[] = []
    for (let unit = this.#next(direction, buffer); unit !== undefined; unit = this.#next(direction, buffer))
      units.push(unit)
    return units
  }

  #next(direction: Direction, buffer: UnitBuffer): Unit | undefined {
    if (this.#parts[direction] === 'handshake') return this.#handshake(direction, buffer)
    if (!this.#isRefused) return takeFrame(buffer)
    const bytes = buffer.waiting.length === 0 ? undefined : buffer.take(buffer.waiting.length)
    return bytes === undefined ? undefined : { bytes, name: 'http', isMessage: false }
  }

  #handshake(direction: Direction, buffer: UnitBuffer): Unit | undefined {
    const end = buffer.waiting.indexOf(headEnd)
    const bytes = end === -1 ? undefined : buffer.take(end + headEnd.length)
    if (bytes === undefined) return undefined
    this.#parts[direction] = 'frames'
    if (direction === 'client') this.#isRefused = !bytes.subarray(0, 12).toString().endsWith('101')
    return { bytes, name: 'handshake', isMessage: false }
  }
}

function takeFrame(buffer: UnitBuffer): Unit | undefined {
  const { waiting } = buffer
  const [first, second] = waiting
  if (first === undefined || second === undefined) return undefined
  const short = second & 0x7f
  const headerBytes = 2 + (short === 127 ? 8 : short === 126 ? 2 : 0)
  if (waiting.length < headerBytes) return undefined
  const payloadBytes =
    short === 127 ? Number(waiting.readBigUInt64BE(2)) : short === 126 ? waiting.readUInt16BE(2) : short
  const bytes = buffer.take(headerBytes + (second & 0x80 ? maskBytes : 0) + payloadBytes)
  if (bytes === undefined) return undefined
  const opcode = first & 0x0f
  return { bytes, name: names[opcode] ?? 'frame', isMessage: opcode < 8 && (first & 0x80) !== 0 }
}

/**
 * A Close frame (RFC 6455, 5.5.1), masked where it goes to a server.
 * @param code without one the peer reports 1005
 */
export function encodeClose(direction: Direction, code: number | undefined, reason: string): Uint8Array {
  const payload = Buffer.concat([
    code === undefined ? Buffer.alloc(0) : Buffer.from([code >> 8, code & 0xff]),
    Buffer.from(code === undefined ? '' : reason),
  ])
  if (direction === 'client') return Buffer.concat([Buffer.from([0x88, payload.length]), payload])
  const mask = randomBytes(maskBytes)
  const masked = payload.map((byte, i) => byte ^ (mask[i % maskBytes] ?? 0))
  return Buffer.concat([Buffer.from([0x88, 0x80 | payload.length]), mask, masked])
}
