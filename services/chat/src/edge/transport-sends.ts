import type { Metrics } from '@polyservice-lab/service-kit'
import type { Socket as Transport } from 'engine.io'

interface Packet {
  readonly data?: string | Buffer
}

/** What Engine.IO holds of what was sent to a client: in its own queue, and in the socket of the transport. */
export class TransportSends {
  #queuedBytes = 0
  #passedBytes = 0
  #movedAt = performance.now()

  /** @param left called when something that was unsent has left */
  constructor(transport: Transport, metrics: Metrics, left: () => void) {
    transport.on('packetCreate', (packet: Packet) => {
      if (this.unsentBytes === 0) this.#movedAt = performance.now()
      this.#queuedBytes += bytesOf(packet)
    })
    transport.on('flush', () => {
      metrics.sentBytes.inc(this.#queuedBytes)
      this.#passedBytes = this.#queuedBytes
      this.#queuedBytes = 0
    })
    const moved = () => {
      this.#passedBytes = 0
      this.#movedAt = performance.now()
      left()
    }
    transport.transport.on('drain', moved)
    transport.on('upgrade', (next: Transport['transport']) => next.on('drain', moved))
  }

  get unsentBytes(): number {
    return this.#queuedBytes + this.#passedBytes
  }

  /** How long nothing has left, though something waits, in ms. */
  get stuckMs(): number {
    return this.unsentBytes === 0 ? 0 : performance.now() - this.#movedAt
  }
}

function bytesOf({ data }: Packet): number {
  if (data === undefined) return 1
  return typeof data === 'string' ? Buffer.byteLength(data) : data.length
}
