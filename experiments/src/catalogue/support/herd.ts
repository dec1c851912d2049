import { setTimeout } from 'node:timers/promises'
import { type EchoClient, type EchoSession, LabError } from '@polyservice-lab/clients'
import type { Lane } from '../../runner/lane.ts'

/** The longest pause before the second attempt of a client, in ms; it doubles with each, and how long it is, is chance. */
const pauseMs = 500
const pauseMsMax = 8_000
/** Within how many ms the herd arrives. */
const arrivalMs = 2_000
const repliesPerMessage = 5

/** Many clients that each keep a WebSocket open, and make it again when it is lost. Disposing closes them all. */
export class Herd implements AsyncDisposable {
  /** Connections that ended by themselves. */
  lost = 0
  readonly #client: EchoClient
  readonly #lane: Lane
  readonly #size: number
  readonly #replies = new Map<EchoSession, number>()
  readonly #leaving = new AbortController()
  readonly #running: Promise<unknown>

  /** @param lane is told of each attempt to connect */
  constructor(client: EchoClient, lane: Lane, size: number) {
    this.#client = client
    this.#lane = lane
    this.#size = size
    this.#running = Promise.all(Array.from({ length: size }, () => this.#live()))
    // Whoever waits for the herd is told.
    this.#running.catch(() => {})
  }

  get connected(): number {
    return this.#replies.size
  }

  /** Resolves when all are connected. */
  complete(): Promise<void> {
    return this.#until(() => this.connected === this.#size)
  }

  /** Sends a message over each connection. Resolves with how many got all replies. */
  async askAll(): Promise<number> {
    const before = new Map(this.#replies)
    await Promise.all([...before.keys()].map((session) => session.send('still there?')))
    const answered = () =>
      [...this.#replies].filter(
        ([session, replies]) => replies >= (before.get(session) ?? 0) + repliesPerMessage,
      )
    await this.#until(() => answered().length === before.size)
    return answered().length
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await Promise.race([setTimeout(20), this.#running])
  }

  async #live(): Promise<void> {
    const { signal } = this.#leaving
    const pause = (ms: number) => setTimeout(Math.random() * ms, undefined, { signal }).catch(() => {})
    await pause(arrivalMs)
    for (let failures = 0; !signal.aborted; failures += 1) {
      const session = await this.#lane.record(() => this.#client.connect({ signal }))
      if (session !== undefined) {
        failures = 0
        await this.#stay(session)
      }
      await pause(Math.min(pauseMsMax, pauseMs * 2 ** failures))
    }
  }

  /** Reads until the connection ends. */
  async #stay(session: EchoSession): Promise<void> {
    this.#replies.set(session, 0)
    try {
      for await (const _reply of session.replies)
        this.#replies.set(session, (this.#replies.get(session) ?? 0) + 1)
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      if (!this.#leaving.signal.aborted) this.lost += 1
    } finally {
      this.#replies.delete(session)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leaving.abort()
    await this.#running
  }
}
