import type { UnsentBudget } from '@polyservice-lab/service-kit'

/** A text, or an act that sends one of its own. */
export type Frame = string | (() => void)

/** Where frames go: the socket of a client. */
export interface Sink {
  /** What was sent and has not left, in bytes. */
  readonly unsentBytes: number
  send(frame: Frame): void
}

interface Waiting {
  readonly make: () => Frame
  /** Of a frame that counts; 0 for one that goes out in step with the reader. */
  readonly bytes: number
}

/** While more than this is unsent, what goes out in step with the reader waits. */
export const stepBytes = 65_536

/** What a client is sent, in its order. A client that does not read it is slow; one that reads a replay never is. */
export class Outbox {
  readonly #sink: Sink
  readonly #bufferBytesMax: number
  readonly #budget: UnsentBudget
  readonly #slow: () => void
  readonly #waiting: Waiting[] = []
  #waitingBytes = 0
  /** How much of what is unsent goes out in step with the reader, at most. */
  #inStepBytes = 0
  #isOver = false

  constructor(sink: Sink, bufferBytesMax: number, budget: UnsentBudget, slow: () => void) {
    this.#sink = sink
    this.#bufferBytesMax = bufferBytesMax
    this.#budget = budget
    this.#slow = slow
  }

  send(frame: Frame): void {
    if (this.#isOver) return
    if (this.#waiting.length === 0) this.#sink.send(frame)
    else {
      const bytes = typeof frame === 'string' ? Buffer.byteLength(frame) : 0
      this.#waiting.push({ make: () => frame, bytes })
      this.#waitingBytes += bytes
    }
    this.#count()
  }

  /** Sends frames as fast as the client reads them; they are made when their time has come. */
  sendInStep(makes: readonly (() => Frame)[]): void {
    if (this.#isOver) return
    for (const make of makes) this.#waiting.push({ make, bytes: 0 })
    this.left()
  }

  /** Something that was unsent has left. */
  left(): void {
    if (this.#isOver) return
    while (this.#sink.unsentBytes <= stepBytes) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      const before = this.#sink.unsentBytes
      this.#sink.send(next.make())
      this.#waitingBytes -= next.bytes
      if (next.bytes === 0) this.#inStepBytes += this.#sink.unsentBytes - before
    }
    this.#count()
  }

  end(): void {
    this.#isOver = true
    this.#waiting.length = 0
    this.#budget.forget(this)
  }

  /** The client is the one with the most, and there is no room for all. */
  cutOff(): void {
    this.#slow()
  }

  #count(): void {
    const unsent = this.#sink.unsentBytes
    this.#inStepBytes = Math.min(this.#inStepBytes, unsent)
    const held = unsent + this.#waitingBytes
    if (held - this.#inStepBytes > this.#bufferBytesMax) this.#slow()
    else this.#budget.hold(this, held)
  }
}
