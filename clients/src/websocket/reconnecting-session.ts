import { repliesPerMessage } from '@polyservice-lab/contracts/ws-echo'
import { LabError } from '../core/lab-error.ts'
import { lostPeer, Retrier, type RetryContext } from '../core/retries.ts'
import type { EchoReply, EchoSession } from './echo-session.ts'

/** A message whose replies are not all there yet. */
interface Unanswered {
  readonly message: string | Uint8Array
  /** Replies that were given to the caller. */
  got: number
  /** Replies that come once more over this connection, and are dropped. */
  again: number
}

/**
 * A session over one connection after the other. What was not answered in full when a connection was lost is sent again
 * over the next, and replies that were there already are dropped: each message gets its five replies, each once.
 */
export class ReconnectingEchoSession implements EchoSession {
  readonly #open: (signal: AbortSignal) => Promise<EchoSession>
  readonly #closing = new AbortController()
  readonly #retrier: Retrier
  readonly #unanswered: Unanswered[] = []
  #current: EchoSession
  #reconnecting: Promise<void> | undefined

  /** @param first is open already @param open makes another connection */
  constructor(
    first: EchoSession,
    open: (signal: AbortSignal) => Promise<EchoSession>,
    context: RetryContext,
  ) {
    this.#current = first
    this.#open = open
    const signal = AbortSignal.any([context.signal, this.#closing.signal])
    this.#retrier = new Retrier({ ...context, signal })
  }

  async send(message: string | Uint8Array): Promise<void> {
    if (this.#closing.signal.aborted) throw new LabError('failed_precondition', 'the session is closed')
    this.#unanswered.push({ message, got: 0, again: 0 })
    const session = this.#current
    // A new connection sends whatever is unanswered, so this message too.
    await session.send(message).catch((error: unknown) => this.#reconnect(session, error))
  }

  readonly replies: AsyncIterable<EchoReply> = { [Symbol.asyncIterator]: () => this.#read() }

  async close(code?: number, reason?: string): Promise<void> {
    this.#closing.abort()
    await this.#reconnecting?.catch(() => {})
    await this.#current.close(code, reason)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async *#read(): AsyncGenerator<EchoReply> {
    for (;;) {
      const session = this.#current
      try {
        for await (const reply of session.replies) if (this.#isNew()) yield reply
        return
      } catch (error) {
        await this.#reconnect(session, error)
      }
    }
  }

  /** Counts a reply. The server answers in order, so it is one to the first message that is not answered in full. */
  #isNew(): boolean {
    const [first] = this.#unanswered
    if (first === undefined) return true
    if (first.again > 0) {
      first.again -= 1
      return false
    }
    first.got += 1
    if (first.got === repliesPerMessage) this.#unanswered.shift()
    this.#retrier.progress()
    return true
  }

  /** Makes another connection in place of one that was lost; readers and senders share it. */
  async #reconnect(lost: EchoSession, error: unknown): Promise<void> {
    if (this.#current !== lost) return
    this.#reconnecting ??= this.#connect(error).finally(() => {
      this.#reconnecting = undefined
    })
    await this.#reconnecting
  }

  async #connect(reason: unknown): Promise<void> {
    for (let error = reason; ; ) {
      if (!(await this.#retrier.again(lostPeer(error)))) throw error
      try {
        this.#current = await this.#open(this.#closing.signal)
        break
      } catch (cause) {
        error = cause
      }
    }
    for (const one of this.#unanswered) {
      one.again = one.got
      // A connection that is lost again is noticed by whoever reads or sends next.
      this.#current.send(one.message).catch(() => {})
    }
  }
}
