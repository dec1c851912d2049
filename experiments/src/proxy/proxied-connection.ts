import type { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { Direction } from './fault.ts'
import type { FaultSet } from './fault-set.ts'
import { type Framing, type Unit, UnitStream } from './framing.ts'

/** Bytes that wait on one way before the source is read on. */
const waitingBytesMax = 1024 * 1024
/** How long the sides may take to close after the proxy half-closed them, in ms. */
const closeTimeoutMs = 1_000
/** Slices a second, where bandwidth is limited. */
const slicesPerSecond = 20

export interface ConnectionParts {
  readonly number: number
  readonly client: Socket
  readonly server: Socket
  readonly framing: Framing
  /** The faults that hold at this moment. */
  readonly faults: () => FaultSet
}

interface Way {
  /** What has still to be written. */
  tail: Promise<void>
  waitingBytes: number
  /** Resolves when something has passed. */
  readonly begun: PromiseWithResolvers<void>
}

const newWay = (): Way => ({
  tail: Promise.resolve(),
  waitingBytes: 0,
  begun: Promise.withResolvers(),
})

/** Two sockets, and what passes between them. */
export class ProxiedConnection {
  readonly #parts: ConnectionParts
  readonly #ended = new AbortController()
  readonly #ways: Record<Direction, Way> = {
    server: newWay(),
    client: newWay(),
  }
  readonly #units: Record<Direction, UnitStream>
  readonly bytes: Record<Direction, number> = { server: 0, client: 0 }

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    const { framing } = parts
    this.#units = { server: new UnitStream(framing, 'server'), client: new UnitStream(framing, 'client') }
  }

  /** Resolves with undefined, or what went wrong, when both sides have closed. */
  async run(): Promise<unknown> {
    try {
      await Promise.all([this.#pump('server'), this.#pump('client')])
      return undefined
    } catch (error) {
      const isOurs = this.#ended.signal.aborted
      this.end('reset')
      return isOurs ? undefined : error
    }
  }

  /** Ends both sides: with a FIN behind what was written, or a reset at once. */
  end(how: 'fin' | 'reset'): void {
    const { client, server } = this.#parts
    this.#ended.abort()
    for (const socket of [client, server]) {
      if (how === 'reset') socket.resetAndDestroy()
      else {
        socket.end()
        socket.resume()
        const timer = globalThis.setTimeout(() => socket.destroy(), closeTimeoutMs)
        socket.once('close', () => clearTimeout(timer))
      }
    }
  }

  async #pump(direction: Direction): Promise<void> {
    const { number, faults } = this.#parts
    const source = direction === 'server' ? this.#parts.client : this.#parts.server
    const way = this.#ways[direction]
    // An error of the chain is told by the await at its end.
    const chain = (step: () => Promise<void>) => {
      way.tail = way.tail.then(step)
      way.tail.catch(() => {})
    }
    const pass = (units: readonly Unit[]) => {
      const due = performance.now() + faults().latencyMs(number, direction)
      for (const unit of units) {
        way.waitingBytes += unit.bytes.length
        chain(() => this.#pass(direction, unit, due))
      }
    }
    const units = this.#units[direction]
    for await (const chunk of source.iterator({ destroyOnReturn: false })) {
      if (this.#ended.signal.aborted) return
      pass(units.push(chunk, faults().waitsForMessages(number)))
      if (way.waitingBytes > waitingBytesMax) await way.tail
    }
    pass(units.end())
    await way.tail
    this.#sink(direction).end()
  }

  async #pass(direction: Direction, unit: Unit, due: number): Promise<void> {
    const { number, faults } = this.#parts
    await this.#sleep(due - performance.now())
    while (await this.#unlessEnded(faults().held(number, direction)));
    const { pauseMs = 0, cutAt, inject, end, ...pace } = faults().treat(number, direction, unit)
    await this.#sleep(pauseMs)
    const other = direction === 'server' ? 'client' : 'server'
    // First, so that no answer to this unit comes before it.
    if (inject?.[other]) await this.#inject(other, inject[other])
    await this.#write(direction, unit.bytes.subarray(0, cutAt), pace)
    this.#ways[direction].waitingBytes -= unit.bytes.length
    this.#ways[direction].begun.resolve()
    if (inject?.[direction]) await this.#write(direction, inject[direction])
    if (end !== undefined) {
      this.end(end)
      throw new Error('the connection was ended')
    }
  }

  /** Says something the other way, between two units; not first, where a peer begins with its SETTINGS (RFC 9113, 3.4). */
  async #inject(direction: Direction, bytes: Uint8Array): Promise<void> {
    const way = this.#ways[direction]
    await this.#unlessEnded(way.begun.promise)
    while (this.#units[direction].isWithinUnit) await this.#sleep(1)
    way.tail = way.tail.then(() => this.#write(direction, bytes))
    await way.tail
  }

  async #write(
    direction: Direction,
    bytes: Uint8Array,
    { bytesPerSecond, gapMs }: { bytesPerSecond?: number; gapMs?: number } = {},
  ): Promise<void> {
    this.bytes[direction] += bytes.length
    if (bytesPerSecond === undefined && gapMs === undefined) return this.#send(direction, bytes)
    const sliceBytes = gapMs === undefined ? Math.ceil((bytesPerSecond ?? 0) / slicesPerSecond) : 1
    for (let at = 0; at < bytes.length; at += sliceBytes) {
      await this.#send(direction, bytes.subarray(at, at + sliceBytes))
      await this.#sleep(gapMs ?? 1000 / slicesPerSecond)
    }
  }

  /** Resolves when the kernel has taken the bytes. */
  #send(direction: Direction, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sink(direction).write(bytes, (error) => (error ? reject(error) : resolve()))
    })
  }

  #sink(direction: Direction): Socket {
    return this.#parts[direction]
  }

  async #sleep(ms: number): Promise<void> {
    if (ms > 0) await setTimeout(ms, undefined, { signal: this.#ended.signal })
  }

  #unlessEnded<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#ended
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    })
  }
}
