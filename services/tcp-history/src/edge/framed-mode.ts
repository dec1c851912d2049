import {
  decodeRequest,
  encodeAnswer,
  FrameError,
  FrameParser,
  type Request,
} from '@polyservice-lab/contracts/tcp-history'
import { AppError, pieceBytes } from '@polyservice-lab/service-kit'
import type { Appended } from '../domain/history.ts'
import { checkFollow, checkRead } from '../domain/range-rules.ts'
import type { Connection, ReadEnd } from './connection.ts'
import type { EdgeDeps } from './edge-deps.ts'
import { hasLeft, isDraining, isLate, toWire } from './errors.ts'
import { Follower, frameBytesAim, messagesFrame } from './follower.ts'

/** Appends that are answered together; as many at most wait for the store or for a client that does not read. */
const appendsMax = 256
/** Appends of all clients that wait for the store before each client may have one only. */
const pendingMax = 8_192

type ReadRequest = Extract<Request, { type: 'read' }>
type FollowRequest = Extract<Request, { type: 'follow' }>

/**
 * Serves a connection that began with the preface, until either side closes.
 * @param first what came behind the preface
 * @throws AppError or FrameError why the server ends it
 */
export function serveFramed(connection: Connection, first: Uint8Array, deps: EdgeDeps): Promise<void> {
  connection.keepOpen()
  const session = new FramedSession(connection, deps)
  // Not an async function, which would keep what it was given in memory as long as the connection lasts.
  return session
    .take(first)
    .then((goesOn) => session.serve(goesOn))
    .finally(() => session.stopFollowing())
}

/**
 * Answers the requests of one connection in their order. Appends that arrived together are on their way to the store
 * together; everything else waits for those before it.
 */
class FramedSession {
  readonly #connection: Connection
  readonly #deps: EdgeDeps
  readonly #parser: FrameParser
  #appends: Promise<Appended>[] = []
  #appendsBegunAt = 0
  #follower: Follower | undefined
  stopFollowing = () => {}
  /** When the frame that has begun must be whole, on the clock of performance.now(). */
  #wholeBy: number | undefined

  constructor(connection: Connection, deps: EdgeDeps) {
    this.#connection = connection
    this.#deps = deps
    this.#parser = new FrameParser(deps.config)
  }

  async serve(begun: boolean): Promise<void> {
    // No variable holds what was read while the next read waits, for the same reason.
    for (let goesOn = begun; goesOn; )
      goesOn = await this.take(await this.#connection.read({ until: this.#wholeBy, endsOnDrain: true }))
  }

  /** Answers what a read brought. @returns whether the session goes on */
  async take(read: Uint8Array | ReadEnd): Promise<boolean> {
    if (read === 'draining') throw isDraining()
    const { config, history } = this.#deps
    if (read === 'timeout') throw isLate('a frame', config.idleTimeoutMs)
    if (read === 'fin') return this.#finish()
    if (typeof read === 'string') throw hasLeft()
    const wasHeld = this.#parser.memoryBytes
    let frames = 0
    this.#connection.hold(wasHeld + read.length)
    try {
      for (const frame of this.#parser.push(read)) {
        frames++
        const request = decodeRequest(frame)
        if (request.type !== 'append') await this.#answer(request)
        else this.#append(request.message, wasHeld + read.length)
        if (this.#appends.length >= appendsMax || history.pending >= pendingMax) await this.#answerAppends()
      }
    } finally {
      await this.#answerAppends()
    }
    const held = this.#parser.memoryBytes
    this.#connection.hold(held)
    if (held === 0) this.#wholeBy = undefined
    else if (frames > 0 || wasHeld === 0) this.#wholeBy = performance.now() + config.idleTimeoutMs
    return true
  }

  async #finish(): Promise<false> {
    if (this.#parser.heldBytes > 0) throw new FrameError('the stream ends within a frame')
    await this.#follower?.finish()
    this.#connection.end()
    return false
  }

  #append(message: Uint8Array, readBytes: number): void {
    this.#connection.hold(readBytes + this.#appends.length * pieceBytes)
    if (this.#appends.length === 0) this.#appendsBegunAt = performance.now()
    this.#deps.metrics.inFlight.inc()
    this.#appends.push(this.#deps.history.append(message))
  }

  /** Answers the appends that were begun, all of them in one write. */
  async #answerAppends(): Promise<void> {
    const appends = this.#appends
    if (appends.length === 0) return
    this.#appends = []
    const { metrics } = this.#deps
    const outcomes = (await Promise.allSettled(appends)).map((append) =>
      append.status === 'fulfilled'
        ? { answer: appended(append.value), outcome: 'ok' as const }
        : this.#refusal(append.reason),
    )
    const seconds = (performance.now() - this.#appendsBegunAt) / 1000
    for (const { outcome } of outcomes) metrics.observe('append', outcome, seconds)
    metrics.inFlight.dec(appends.length)
    await this.#connection.send(Buffer.concat(outcomes.map(({ answer }) => answer)))
  }

  /** Answers a READ to its end, or begins to answer a FOLLOW. */
  async #answer(request: ReadRequest | FollowRequest): Promise<void> {
    await this.#answerAppends()
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
      const refusal = this.#refusal(error)
      outcome = refusal.outcome
      await this.#connection.send(refusal.answer)
    } finally {
      metrics.inFlight.dec()
      metrics.observe(request.type, outcome, (performance.now() - begunAt) / 1000)
    }
  }

  async #read(request: ReadRequest): Promise<void> {
    const { text } = this.#deps.history
    const { from, last } = checkRead(request, text.count)
    const end = encodeAnswer({ type: 'end', last: BigInt(text.count) })
    for (let position = text.positionOf(from); position.sequence <= last; ) {
      await this.#connection.turnToSend(frameBytesAim)
      const { bytes, next } = messagesFrame(text, position, last)
      position = next
      await this.#connection.send(bytes)
    }
    await this.#connection.send(end)
  }

  #follow(request: FollowRequest): void {
    const { history, sharedFrame } = this.#deps
    const from = checkFollow(request, history.text.count)
    const follower = new Follower(this.#connection, history.text, from, sharedFrame)
    this.#follower = follower
    this.stopFollowing = history.onGrowth(() => follower.wake())
    follower.wake()
  }

  #refusal(error: unknown) {
    const { code, text, outcome } = toWire(error)
    if (code === 'internal')
      this.#deps.logger.error({ requestId: this.#connection.id, err: error }, 'unforeseen failure')
    return { answer: encodeAnswer({ type: 'error', code, text }), outcome }
  }
}

function appended({ sequence }: Appended): Uint8Array {
  return encodeAnswer({ type: 'appended', sequence: BigInt(sequence) })
}
