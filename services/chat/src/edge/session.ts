import { randomUUID } from 'node:crypto'
import type { chatCloses } from '@polyservice-lab/contracts/chat'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { AppError, type ServiceDeps, type UnsentBudget } from '@polyservice-lab/service-kit'
import type { Config } from '../config.ts'
import type { Listener } from '../domain/audience.ts'
import type { Chat } from '../domain/chat.ts'
import type { ChatEvent, Said } from '../domain/commands.ts'
import type { TokenBucket } from '../domain/token-bucket.ts'
import { type Fault, malformed, toWire } from './errors.ts'
import type { Frames } from './frames.ts'
import { Outbox, type Sink } from './outbox.ts'
import type { Dialect, Requests } from './requests.ts'

/** Why the server closes a connection. */
export type Farewell = keyof typeof chatCloses

/** The socket of a client, as its edge closes it. */
export interface Wire extends Sink {
  close(farewell: Farewell): void
}

/** Answers one request in the form of an edge. */
export interface Reply {
  /** Whether the client waits for an answer. */
  readonly isAwaited: boolean
  /** The answer to a request that is done; undefined where nobody waits for it. */
  done(result: object): (() => void) | string | undefined
  /** @param reason why, in a word of the chat */
  refused(fault: Fault, reason: string | undefined): (() => void) | string
}

/** A request of which nothing is checked. */
export interface RawRequest {
  readonly type: unknown
  readonly fields: unknown
}

/** What the sessions of an edge share. */
export interface SessionShared extends Dialect {
  readonly config: Config
  readonly chat: Chat
  readonly requests: Requests
  readonly frames: Frames
  readonly unsentBudget: UnsentBudget
  readonly deps: ServiceDeps
}

/** One client of either edge: its requests, one after the other, and what it hears. */
export class Session implements Listener {
  readonly id: string
  readonly #wire: Wire
  readonly #bucket: TokenBucket
  readonly #shared: SessionShared
  readonly #outbox: Outbox
  readonly #greeting: string | undefined
  /** The last of the requests, and of the entry before them. */
  #last: Promise<unknown> = Promise.resolve()
  /** Nothing that comes is looked at. */
  #isOver = false
  #hasEnded = false
  #hasLoggedIn = false
  #idleTimer: NodeJS.Timeout | undefined

  /** @param greeting the first frame, when the connection is counted */
  constructor(id: string, wire: Wire, bucket: TokenBucket, shared: SessionShared, greeting?: string) {
    this.id = id
    this.#wire = wire
    this.#bucket = bucket
    this.#shared = shared
    this.#greeting = greeting
    const { config, unsentBudget } = shared
    this.#outbox = new Outbox(wire, config.bufferBytesMax, unsentBudget, () => this.#close('slow'))
    this.#wasActive()
  }

  get hasLoggedIn(): boolean {
    return this.#hasLoggedIn
  }

  /** Lets the client in. A guest is a person without a login. */
  enter(isGuest: boolean): void {
    const { chat } = this.#shared
    if (isGuest)
      this.#last = chat.enterAsGuest(this).catch((error: unknown) => this.#close(toWire(error).farewell))
    else chat.enter(this)
  }

  /** Resolves when the requests that have come are answered. */
  async settled(): Promise<void> {
    await this.#last
  }

  /** Something that was unsent has left. */
  left(): void {
    this.#outbox.left()
  }

  /** Takes a request; it is carried out when those before it are. */
  receive(reply: Reply, read: () => RawRequest): Promise<unknown> {
    if (this.#isOver) return Promise.resolve()
    this.#wasActive()
    const isFlood = !this.#bucket.take()
    // What came after a flood is not looked at.
    if (isFlood) this.#isOver = true
    this.#last = this.#last.then(() => this.#answer(reply, isFlood ? flood : read))
    return isFlood ? this.#last.then(() => this.#close('flood')) : this.#last
  }

  /** The connection is no more, or soon. */
  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#isOver = true
    clearTimeout(this.#idleTimer)
    this.#outbox.end()
    this.#shared.chat.exit(this)
  }

  /** Tells a fault that is no answer. */
  tell(reply: Reply, error: unknown): void {
    const { fault, reason } = toWire(error)
    this.#outbox.send(reply.refused(fault, reason))
  }

  entered(): void {
    if (this.#greeting !== undefined) this.#outbox.send(this.#greeting)
  }

  hear(event: ChatEvent, isGuest: boolean): void {
    this.#outbox.send(this.#shared.frames.of(event, isGuest))
  }

  replay(missed: readonly Said[]): void {
    this.#outbox.sendInStep(missed.map((message) => () => this.#shared.frames.of(message, false)))
  }

  reset(): void {
    this.#close('reset')
  }

  async #answer(reply: Reply, read: () => RawRequest): Promise<void> {
    const { requests, deps } = this.#shared
    const beganAt = performance.now()
    const requestId = randomUUID()
    let operation = 'unknown'
    let outcome: 'ok' | ErrorCode = 'ok'
    try {
      const { type, fields } = read()
      const name = requests.nameOf(type, this.#shared)
      if (name === undefined) throw malformed('type: there is no such request')
      operation = name
      const dialect = { isPlain: this.#shared.isPlain, isAnswered: reply.isAwaited }
      const result = await requests.carryOut(name, this, fields, dialect)
      if (name === 'login') this.#hasLoggedIn = true
      const frame = reply.done(result)
      // The longest of all answers, which nobody is slow for.
      if (frame !== undefined && name === 'history') this.#outbox.sendInStep([() => frame])
      else if (frame !== undefined) this.#outbox.send(frame)
    } catch (error) {
      const wire = toWire(error)
      outcome = wire.outcome
      if (outcome === 'internal') deps.logger.error({ err: error, requestId, operation }, 'failed')
      this.#outbox.send(reply.refused(wire.fault, wire.reason))
    }
    deps.access({ requestId, operation, outcome, durationMs: performance.now() - beganAt })
  }

  /** Who is closed is gone for the others at once, however long its socket takes. */
  #close(farewell: Farewell): void {
    this.end()
    this.#wire.close(farewell)
  }

  #wasActive(): void {
    const { idleTimeoutMs } = this.#shared.config
    if (idleTimeoutMs === 0) return
    if (this.#idleTimer !== undefined) this.#idleTimer.refresh()
    else this.#idleTimer = setTimeout(() => this.#close('idle'), idleTimeoutMs).unref()
  }
}

function flood(): RawRequest {
  throw new AppError('resource_exhausted', 'flood', { reason: 'flood' })
}
