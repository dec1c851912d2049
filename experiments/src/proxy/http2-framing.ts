import type { Direction } from './fault.ts'
import type { Framing, Unit } from './framing.ts'
import { UnitBuffer } from './unit-buffer.ts'

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const headerBytes = 9
/** The last stream of a GOAWAY that refuses none. */
export const highestStream = 0x7fff_ffff
const names = [
  'DATA',
  'HEADERS',
  'PRIORITY',
  'RST_STREAM',
  'SETTINGS',
  'PUSH_PROMISE',
  'PING',
  'GOAWAY',
  'WINDOW_UPDATE',
  'CONTINUATION',
] as const
type FrameName = (typeof names)[number]

/** The preface of the client (RFC 9113, 3.4) and frames (4.1). A DATA frame with content counts as a message. */
export class Http2Framing implements Framing {
  readonly buffers = { server: new UnitBuffer(), client: new UnitBuffer() }
  #hasBegun = false

  push(direction: Direction, chunk: Uint8Array): Unit[] {
    const buffer = this.buffers[direction]
    buffer.push(chunk)
    const units: Unit[] = []
    if (direction === 'server' && !this.#hasBegun) {
      const { waiting } = buffer
      if (!preface.subarray(0, waiting.length).equals(waiting.subarray(0, preface.length))) buffer.giveUp()
      const bytes = buffer.take(preface.length)
      if (bytes === undefined) return []
      this.#hasBegun = true
      units.push({ bytes, name: 'preface', isMessage: false })
    }
    for (let unit = takeFrame(buffer); unit !== undefined; unit = takeFrame(buffer)) units.push(unit)
    return units
  }
}

function takeFrame(buffer: UnitBuffer): Unit | undefined {
  const { waiting } = buffer
  if (waiting.length < headerBytes) return undefined
  const payloadBytes = waiting.readUIntBE(0, 3)
  const name = names[waiting[3] ?? 0] ?? 'frame'
  const stream = waiting.readUInt32BE(5) & highestStream
  const bytes = buffer.take(headerBytes + payloadBytes)
  return bytes && { bytes, name, isMessage: name === 'DATA' && payloadBytes > 0, stream }
}

/** RST_STREAM (RFC 9113, 6.4). */
export function encodeRstStream(stream: number, code: number): Uint8Array {
  const payload = Buffer.alloc(4)
  payload.writeUInt32BE(code)
  return encodeFrame('RST_STREAM', stream, payload)
}

/** GOAWAY (RFC 9113, 6.8): streams above `lastStream` were not served. */
export function encodeGoaway(lastStream: number, code: number): Uint8Array {
  const payload = Buffer.alloc(8)
  payload.writeUInt32BE(lastStream)
  payload.writeUInt32BE(code, 4)
  return encodeFrame('GOAWAY', 0, payload)
}

function encodeFrame(name: FrameName, stream: number, payload: Uint8Array): Uint8Array {
  const header = Buffer.alloc(headerBytes)
  header.writeUIntBE(payload.length, 0, 3)
  header[3] = names.indexOf(name)
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, payload])
}
