import type { ChatEvents, ChatRequestName, ChatRequests } from '@polyservice-lab/contracts/chat'
import { abortError } from '../core/call-options.ts'
import { LabError, type LabErrorCode } from '../core/lab-error.ts'

/** What a request was refused with. */
export interface ChatFault {
  readonly code: string
  readonly message: string
  readonly detail?: string
}

/** The socket of one of the two protocols. */
export interface ChatWire {
  readonly isOpen: boolean
  /** @param id a number that no other request of the connection has */
  send(id: number, name: ChatRequestName, fields: object): void
  close(): void
  /** Ends it without a close. */
  terminate(): void
}

/** Calls a listener for an event of the chat. */
export type Heard = <Name extends keyof ChatEvents>(name: Name, fields: ChatEvents[Name]) => void

interface Pending {
  readonly resolve: (ack: object) => void
  readonly reject: (error: LabError) => void
}

/** One connection to the chat that has just opened: requests and their acks. The wire calls it with what it hears. */
export class ChatConnection {
  /** The id of the person; known when the server has counted the connection. */
  readonly established: Promise<string>
  /** Resolves with why the connection has ended. */
  readonly ended: Promise<LabError>
  readonly heard: Heard
  readonly #wire: ChatWire
  readonly #pending = new Map<number, Pending>()
  readonly #established = Promise.withResolvers<string>()
  readonly #ended = Promise.withResolvers<LabError>()
  readonly #signal: AbortSignal
  #lastId = 0
  #failure: LabError | undefined

  /** @param signal ends the connection */
  constructor(wire: ChatWire, signal: AbortSignal, heard: Heard) {
    this.#wire = wire
    this.#signal = signal
    this.heard = heard
    this.established = this.#established.promise
    this.established.catch(() => {})
    this.ended = this.#ended.promise
    signal.addEventListener('abort', this.#abort, { once: true })
    if (signal.aborted) this.#abort()
  }

  get hasEnded(): boolean {
    return this.#failure !== undefined
  }

  /**
   * Sends a request; resolves with its ack.
   * @throws LabError of the server, or of the connection that ended before
   */
  async request<Name extends ChatRequestName>(name: Name, fields: ChatRequests[Name]): Promise<object> {
    if (!this.#wire.isOpen) throw await this.ended
    this.#lastId += 1
    const { promise, resolve, reject } = Promise.withResolvers<object>()
    this.#pending.set(this.#lastId, { resolve, reject })
    this.#wire.send(this.#lastId, name, fields)
    return promise
  }

  async close(): Promise<void> {
    this.#wire.close()
    await this.ended
  }

  /** The server has counted the connection. */
  opened(id: string): void {
    this.#established.resolve(id)
  }

  acknowledged(id: number, ack: object): void {
    this.#take(id)?.resolve(ack)
  }

  refused(id: number, fault: ChatFault): void {
    const { code, detail, message } = fault
    const status = { status: code, body: fault }
    this.#take(id)?.reject(new LabError(code as LabErrorCode, detail ?? message, status))
  }

  closed(error: LabError): void {
    this.#signal.removeEventListener('abort', this.#abort)
    this.#failure ??= error
    this.#established.reject(this.#failure)
    for (const { reject } of this.#pending.values()) reject(this.#failure)
    this.#ended.resolve(this.#failure)
  }

  readonly #abort = (): void => {
    this.#failure ??= abortError(this.#signal)
    this.#wire.terminate()
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    return pending
  }
}
