import type { IncomingMessage } from 'node:http'
import { bearerOf } from '../http/index.ts'
import type { BudgetShare, ReceiveBudget } from '../receive-budget.ts'
import type { ServiceDeps } from '../run-service.ts'
import type { UnsentBudget } from '../unsent-budget.ts'
import type { Connection } from '../websocket/index.ts'
import { GoodbyeError } from './closes.ts'
import type { GraphqlLimits } from './limits.ts'
import { type Call, newCall } from './operations.ts'
import type { Protocol } from './web-socket-edge.ts'

/** Queries and mutations of one socket that run at a time: with more, nothing more is read of it. */
const operationsMax = 8
/** What an operation costs beside the bytes of its request. */
const operationBytes = 2_048

export interface PeerOptions {
  readonly receiveBudget: ReceiveBudget
  readonly unsentBudget: UnsentBudget
  readonly config: Pick<GraphqlLimits, 'bufferBytesMax'>
  readonly deps: Pick<ServiceDeps, 'access'>
}

/** A message while it lasts: the operation that it begins. */
interface Taken {
  readonly share: BudgetShare
  readonly bytes: number
  call?: Call
}

/** One client of the protocol graphql-transport-ws, between the room of WebSockets and graphql-ws. */
export class Peer {
  /** The credentials that were shown: in the handshake, and when the protocol began. */
  readonly tokens: string[]
  readonly #connection: Connection
  readonly #options: PeerOptions
  readonly #calls = new Map<string, Call>()
  readonly #streams = new Set<string>()
  readonly #closed: (code: number, reason: string) => Promise<void>
  #onMessage: (text: string) => Promise<void> = async () => {}
  /** The message that is being taken. */
  #message: Taken | undefined
  #isNew = true
  #running = 0
  #read = () => {}
  /** Results that wait until there is room for another. */
  #room: PromiseWithResolvers<void> | undefined

  constructor(connection: Connection, protocol: Protocol, request: IncomingMessage, options: PeerOptions) {
    const token = bearerOf(request)
    this.tokens = token === undefined ? [] : [token]
    this.#connection = connection
    this.#options = options
    this.#closed = protocol.opened(
      {
        protocol: connection.protocol,
        send: (text) => this.#send(text),
        close: (code = 1000, reason = '') => connection.fail(new GoodbyeError(code, reason)),
        onMessage: (take) => {
          this.#onMessage = take
        },
      },
      { peer: this },
    )
  }

  /** Takes a message; resolves when another one may come. @throws AppError unavailable */
  receive(data: Buffer): Promise<void> | undefined {
    const { receiveBudget, deps } = this.#options
    const share = receiveBudget.open()
    share.hold(data.length + operationBytes)
    const message: Taken = { share, bytes: data.length + operationBytes }
    this.#message = message
    this.#running += 1
    const beganAt = performance.now()
    const done = () => {
      share[Symbol.dispose]()
      this.#running -= 1
      this.#read()
      if (message.call === undefined) return
      const { operation, outcome } = message.call
      const { requestId } = this.#connection
      deps.access({ requestId, operation, outcome, durationMs: performance.now() - beganAt })
    }
    const taken = this.#onMessage(data.toString())
      .catch((error: unknown) => this.#connection.fail(error))
      .finally(done)
    // A client that does not wait for the answer to its first message has it nevertheless before the others.
    if (this.#isNew) {
      this.#isNew = false
      return taken
    }
    if (this.#mayRun) return undefined
    return new Promise((resolve) => {
      this.#read = () => this.#mayRun && resolve()
    })
  }

  /** An operation begins, with the message that is being taken. */
  begin(id: string, params: unknown): Call {
    const message = this.#message as Taken
    const { share, bytes } = message
    const token = this.tokens.at(-1)
    const call = newCall({ params, token, share, bytes, isStream: true })
    message.call = call
    this.#calls.set(id, call)
    return call
  }

  /** An operation goes on until its client or the server ends it. */
  streams(id: string): void {
    this.#streams.add(id)
    this.#read()
  }

  note(id: string, outcome: Call['outcome']): void {
    const call = this.#calls.get(id)
    if (call !== undefined) call.outcome = outcome
  }

  completed(id: string): void {
    this.#streams.delete(id)
    this.#calls.delete(id)
  }

  /** Something of what waited to be sent has left. */
  left(): void {
    const { unsentBytes } = this.#connection
    this.#options.unsentBudget.hold(this, unsentBytes)
    if (unsentBytes > this.#options.config.bufferBytesMax) return
    this.#room?.resolve()
    this.#room = undefined
  }

  closed(): void {
    this.#options.unsentBudget.forget(this)
    this.#room?.resolve()
    void this.#closed(1000, '').catch(() => {})
  }

  /** The client is the one with the most unread, and there is no room for all. */
  cutOff(): void {
    this.#connection.terminate('unavailable')
  }

  get #mayRun(): boolean {
    return this.#running - this.#streams.size < operationsMax
  }

  /** Resolves when there is room for another message. */
  async #send(text: string): Promise<void> {
    const connection = this.#connection
    if (!connection.send(text, false)) return
    this.#options.unsentBudget.hold(this, connection.unsentBytes)
    if (connection.unsentBytes <= this.#options.config.bufferBytesMax) return
    this.#room ??= Promise.withResolvers<void>()
    await this.#room.promise
  }
}
