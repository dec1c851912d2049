import { encodeAnswer, type Request } from '@polyservice-lab/contracts/tcp-history'
import { AppError } from '@polyservice-lab/service-kit'
import type { Appended } from '../domain/history.ts'
import { checkFollow, checkRead } from '../domain/range-rules.ts'
import { type Connection, ConnectionClosed } from './connection.ts'
import type { EdgeDeps } from './edge-deps.ts'
import { wireErrorOf } from './errors.ts'
import { Follower, messagesFrame } from './follower.ts'

type ReadRequest = Extract<Request, { type: 'read' }>
type FollowRequest = Extract<Request, { type: 'follow' }>

/**
 * Answers the requests of one connection in their order. Appends that arrived together are on their way to the store
 * together; everything else waits for those before it.
 */
export class FramedSession implements Disposable {
  readonly #connection: Connection
  readonly #deps: EdgeDeps
  #appends: Promise<Appended>[] = []
  #appendsBegunAt = 0
  #follower: Follower | undefined
  #stopFollowing = () => {}

  constructor(connection: Connection, deps: EdgeDeps) {
    this.#connection = connection
    this.#deps = deps
  }

  /** Appends that have no answer yet. */
  get pendingAppends(): number {
    return this.#appends.length
  }

  /** Begins an append; `answerAppends` must follow without waiting for anything else. */
  append(message: Uint8Array): void {
    if (this.#appends.length === 0) this.#appendsBegunAt = performance.now()
    this.#deps.metrics.inFlight.inc()
    this.#appends.push(this.#deps.history.append(message))
  }

  /** Answers the appends that were begun, all of them in one write. */
  async answerAppends(): Promise<void> {
    const appends = this.#appends
    if (appends.length === 0) return
    this.#appends = []
    const { metrics } = this.#deps
    const answers: Uint8Array[] = []
    const outcomes: string[] = []
    for (const append of await Promise.allSettled(appends)) {
      const outcome =
        append.status === 'fulfilled' ? this.#appended(append.value) : this.#error(append.reason)
      answers.push(outcome.answer)
      outcomes.push(outcome.name)
    }
    const seconds = (performance.now() - this.#appendsBegunAt) / 1000
    for (const outcome of outcomes) metrics.observe('append', outcome, seconds)
    metrics.inFlight.dec(appends.length)
    await this.#connection.send(Buffer.concat(answers))
  }

  /** Answers a READ to its end, or begins to answer a FOLLOW. */
  async answer(request: ReadRequest | FollowRequest): Promise<void> {
    await this.answerAppends()
    const { metrics } = this.#deps
    const begunAt = performance.now()
    let outcome = 'ok'
    metrics.inFlight.inc()
    try {
      if (this.#follower !== undefined)
        throw new AppError('failed_precondition', 'this connection follows already', { reason: 'following' })
      if (request.type === 'read') await this.#read(request)
      else this.#follow(request)
    } catch (error) {
      outcome = 'cancelled'
      if (error instanceof ConnectionClosed) throw error
      const { answer, name } = this.#error(error)
      outcome = name
      await this.#connection.send(answer)
    } finally {
      metrics.inFlight.dec()
      metrics.observe(request.type, outcome, (performance.now() - begunAt) / 1000)
    }
  }

  /** Resolves when a follower has all that there is so far. */
  async finishFollowing(): Promise<void> {
    await this.#follower?.finish()
  }

  /** Half-closes, after an ERROR where there was a fault. */
  end(fault?: unknown): void {
    this.#stopFollowing()
    this.#connection.end(fault === undefined ? undefined : this.#error(fault).answer)
  }

  [Symbol.dispose](): void {
    this.#stopFollowing()
  }

  async #read(request: ReadRequest): Promise<void> {
    const { text } = this.#deps.history
    const { from, last } = checkRead(request, text.count)
    const end = encodeAnswer({ type: 'end', last: BigInt(text.count) })
    for (let position = text.positionOf(from); position.sequence <= last; ) {
      const { bytes, next } = messagesFrame(text, position, last)
      position = next
      await this.#connection.send(bytes)
    }
    await this.#connection.send(end)
  }

  #follow(request: FollowRequest): void {
    const { history, sharedFrames } = this.#deps
    const from = checkFollow(request, history.text.count)
    const follower = new Follower(this.#connection, history.text, from, sharedFrames)
    this.#follower = follower
    this.#stopFollowing = history.onGrowth(() => follower.wake())
    follower.wake()
  }

  #appended({ sequence }: Appended) {
    return { answer: encodeAnswer({ type: 'appended', sequence: BigInt(sequence) }), name: 'ok' }
  }

  #error(error: unknown) {
    const { code, text } = wireErrorOf(error, this.#deps.logger)
    return { answer: encodeAnswer({ type: 'error', code, text }), name: code }
  }
}
