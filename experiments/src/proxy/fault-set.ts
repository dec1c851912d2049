import { type Direction, type Fault, http2Codes } from './fault.ts'
import type { Unit } from './framing.ts'
import { encodeGoaway, encodeRstStream, highestStream } from './http2-framing.ts'
import { encodeClose } from './websocket-framing.ts'

/** What is to be done with one unit. */
export interface Treatment {
  readonly pauseMs?: number
  readonly bytesPerSecond?: number
  /** Byte by byte, with this pause after each. */
  readonly gapMs?: number
  /** How many bytes of it pass before the connection ends. */
  readonly cutAt?: number
  /** What is said after it, each way. */
  readonly inject?: Partial<Record<Direction, Uint8Array>>
  readonly end?: 'fin' | 'reset'
}

/** Is told what a fault did to a connection. */
export type OnFault = (connection: number, kind: Fault['kind'], text: string) => void

type MessageFault = Extract<Fault, { message: number }>

/** The faults that hold now, and what they have counted since they were set. */
export class FaultSet {
  readonly #faults: readonly Fault[]
  readonly #onFault: OnFault
  readonly #lifted = Promise.withResolvers<void>()
  readonly #messages = new Map<string, number>()
  readonly #times = new Map<Fault, number>()
  readonly #announced = new Set<string>()
  #connections = 0

  constructor(faults: readonly Fault[], onFault: OnFault) {
    this.#faults = faults
    this.#onFault = onFault
  }

  /** Lets go of what is held back. */
  lift(): void {
    this.#lifted.resolve()
  }

  /** How a new connection is to be ended before anything passes; undefined when it may go on. */
  accept(connection: number): 'fin' | 'reset' | undefined {
    this.#connections += 1
    for (const fault of this.#faults) {
      if (fault.kind !== 'fail-first' || this.#connections > fault.connections) continue
      const text = `connection ${this.#connections} of the first ${fault.connections} ended with a ${fault.end}`
      this.#onFault(connection, fault.kind, text)
      return fault.end
    }
    return undefined
  }

  latencyMs(connection: number, direction: Direction): number {
    let sum = 0
    for (const fault of this.#of('latency', connection, direction)) {
      this.#announce(connection, fault, `${fault.ms} ms to everything towards the ${direction}`)
      sum += fault.ms + Math.random() * fault.jitterMs
    }
    return sum
  }

  /** Waits while nothing may pass. Resolves with true when it had to. */
  async held(connection: number, direction: Direction): Promise<boolean> {
    const [fault] = this.#of('blackhole', connection, direction)
    if (fault === undefined) return false
    this.#announce(connection, fault, `nothing passes towards the ${direction}`)
    await this.#lifted.promise
    return true
  }

  /** Whether a fault is about whole messages of the connection: they are held back until they are whole. */
  waitsForMessages(connection: number): boolean {
    return this.#faults.some(
      (fault) => 'message' in fault && (fault.connection === undefined || fault.connection === connection),
    )
  }

  treat(connection: number, direction: Direction, unit: Unit): Treatment {
    let treatment: Treatment = {}
    for (const fault of this.#bearing(connection, direction)) {
      if (fault.kind === 'bandwidth') {
        this.#announce(connection, fault, `${fault.bytesPerSecond} bytes/s towards the ${direction}`)
        treatment = { ...treatment, bytesPerSecond: fault.bytesPerSecond }
      } else if (fault.kind === 'bytewise') {
        this.#announce(connection, fault, `one byte at a time towards the ${direction}`)
        treatment = { ...treatment, gapMs: fault.gapMs }
      } else if ('message' in fault && unit.isMessage && this.#isDue(connection, fault)) {
        treatment = { ...treatment, ...this.#once(connection, fault, unit) }
      }
    }
    return treatment
  }

  *#of<K extends Fault['kind']>(kind: K, connection: number, direction: Direction) {
    for (const fault of this.#bearing(connection, direction))
      if (fault.kind === kind) yield fault as Extract<Fault, { kind: K }>
  }

  *#bearing(connection: number, direction: Direction) {
    for (const fault of this.#faults) {
      if (fault.kind === 'fail-first' || fault.towards !== direction) continue
      if (fault.connection === undefined || fault.connection === connection) yield fault
    }
  }

  /** Counts a message, and tells whether it is the one. */
  #isDue(connection: number, fault: MessageFault): boolean {
    const key = `${this.#faults.indexOf(fault)}/${connection}`
    const seen = (this.#messages.get(key) ?? 0) + 1
    this.#messages.set(key, seen)
    const times = this.#times.get(fault) ?? 0
    if (seen !== fault.message || times >= (fault.times ?? Number.POSITIVE_INFINITY)) return false
    this.#times.set(fault, times + 1)
    return true
  }

  #once(connection: number, fault: MessageFault, unit: Unit): Treatment {
    const said = (text: string) =>
      this.#onFault(connection, fault.kind, `message ${fault.message} (${unit.name}): ${text}`)
    switch (fault.kind) {
      case 'delay':
        said(`${fault.ms} ms late, and all behind it`)
        return { pauseMs: fault.ms }
      case 'cut': {
        const cutAt = Math.min(fault.bytes ?? Math.floor(unit.bytes.length / 2), unit.bytes.length)
        said(`cut after ${cutAt} of ${unit.bytes.length} bytes, then a ${fault.end}`)
        return { cutAt, end: fault.end }
      }
      case 'close-websocket': {
        said(fault.code === 'abrupt' ? 'connection dropped without a Close' : `Close with ${fault.code}`)
        if (fault.code === 'abrupt') return { end: 'fin' }
        const code = fault.code === 'none' ? undefined : fault.code
        return { inject: { [fault.towards]: encodeClose(fault.towards, code, fault.reason) }, end: 'fin' }
      }
      case 'rst-stream': {
        said(`RST_STREAM ${fault.code} on stream ${unit.stream}`)
        const frame = encodeRstStream(unit.stream ?? 0, http2Codes.indexOf(fault.code))
        return { inject: { client: frame, server: frame } }
      }
      case 'goaway': {
        said(`GOAWAY ${fault.code}`)
        return { inject: { client: encodeGoaway(highestStream, http2Codes.indexOf(fault.code)) } }
      }
    }
  }

  /** A fault that lasts is told once a connection. */
  #announce(connection: number, fault: Fault, text: string): void {
    const key = `${this.#faults.indexOf(fault)}/${connection}`
    if (this.#announced.has(key)) return
    this.#announced.add(key)
    this.#onFault(connection, fault.kind, text)
  }
}
