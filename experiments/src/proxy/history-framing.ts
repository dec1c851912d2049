import { frameTypes, preface } from '@polyservice-lab/contracts/tcp-history'
import type { Direction } from './fault.ts'
import type { Framing, Unit } from './framing.ts'
import { UnitBuffer } from './unit-buffer.ts'

const names = new Map(Object.entries(frameTypes).map(([name, type]) => [type as number, name.toUpperCase()]))
const lengthBytes = 4
const errorLineStart = 'E'.charCodeAt(0)

/** Frames of HISTORY/1. Without its preface a connection is in plain mode: its chunks pass as they are. */
export class HistoryFraming implements Framing {
  readonly buffers = { server: new UnitBuffer(), client: new UnitBuffer() }
  #mode: 'unknown' | 'framed' | 'plain' = 'unknown'
  #answers: 'unknown' | 'frames' | 'text' = 'unknown'

  push(direction: Direction, chunk: Uint8Array): Unit[] {
    const buffer = this.buffers[direction]
    buffer.push(chunk)
    const units = direction === 'server' ? this.#start(buffer) : []
    if (!this.#isFramed(direction, buffer)) {
      const bytes = this.#mode === 'unknown' && direction === 'server' ? undefined : takeAll(buffer)
      return bytes === undefined ? units : [...units, { bytes, name: 'text', isMessage: true }]
    }
    for (let unit = takeFrame(buffer); unit !== undefined; unit = takeFrame(buffer)) units.push(unit)
    return units
  }

  /** The preface, once it is whole. A strict prefix of it waits. */
  #start(buffer: UnitBuffer): Unit[] {
    if (this.#mode !== 'unknown') return []
    const { waiting } = buffer
    if (waiting.length < preface.length && waiting.equals(preface.subarray(0, waiting.length))) return []
    this.#mode = waiting.subarray(0, preface.length).equals(preface) ? 'framed' : 'plain'
    const bytes = this.#mode === 'framed' ? buffer.take(preface.length) : undefined
    return bytes === undefined ? [] : [{ bytes, name: 'preface', isMessage: false }]
  }

  /** A server that refuses a connection says so in a line of text, whatever the mode. */
  #isFramed(direction: Direction, { waiting }: UnitBuffer): boolean {
    if (direction === 'server' || this.#mode !== 'framed') return this.#mode === 'framed'
    if (this.#answers === 'unknown') this.#answers = waiting[0] === errorLineStart ? 'text' : 'frames'
    return this.#answers === 'frames'
  }
}

function takeAll(buffer: UnitBuffer): Uint8Array | undefined {
  return buffer.waiting.length === 0 ? undefined : buffer.take(buffer.waiting.length)
}

function takeFrame(buffer: UnitBuffer): Unit | undefined {
  const { waiting } = buffer
  if (waiting.length <= lengthBytes) return undefined
  const name = names.get(waiting[lengthBytes] ?? 0) ?? 'frame'
  const bytes = buffer.take(lengthBytes + waiting.readUInt32BE(0))
  return bytes === undefined ? undefined : { bytes, name, isMessage: true }
}
