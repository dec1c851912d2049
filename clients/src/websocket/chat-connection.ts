import type { ChatEvents, ChatRequestName, ChatRequests } from '@polyservice-lab/contracts/chat'
import { WebSocket } from 'ws'
import { abortError } from '../core/call-options.ts'
import { LabError, type LabErrorCode } from '../core/lab-error.ts'
import type { Tell } from '../core/wire.ts'
import { describeClose, describeMessage } from './describe-frame.ts'
import { closedError } from './echo-errors.ts'

/** What the server sends on a connection that knows rooms. */
type ServerMessage =
  | { readonly type: 'connection_established'; readonly client_id: string }
  | { readonly type: 'ack'; readonly id: number }
  | {
      readonly type: 'error'
      readonly id?: number
      readonly code: string
      readonly message: string
      readonly detail?: string
    }
  | { [Name in keyof ChatEvents]: { readonly type: Name } & ChatEvents[Name] }[keyof ChatEvents]

export interface ChatConnectionOptions {
  /** Ends the connection. */
  readonly signal: AbortSignal
  readonly tell: Tell | undefined
  readonly heard: <Name extends keyof ChatEvents>(name: Name, fields: ChatEvents[Name]) => void
}

interface Pending {
  readonly resolve: (ack: object) => void
  readonly reject: (error: LabError) => void
}

/** One WebSocket to the chat that has just opened: requests and their acks, and what is heard. */
export class ChatConnection {
  /** The id of the person; known when the server has counted the connection. */
  readonly established: Promise<string>
  /** Resolves with why the connection has ended. */
  readonly ended: Promise<LabError>
  readonly #socket: WebSocket
  readonly #options: ChatConnectionOptions
  readonly #pending = new Map<number, Pending>()
  readonly #established = Promise.withResolvers<string>()
  #lastId = 0
  #failure: LabError | undefined

  constructor(socket: WebSocket, options: ChatConnectionOptions) {
    this.#socket = socket
    this.#options = options
    this.established = this.#established.promise
    this.established.catch(() => {})
    socket.on('message', (data) => this.#received(data as Buffer))
    socket.on('error', () => {})
    const abort = () => {
      this.#failure ??= abortError(options.signal)
      socket.terminate()
    }
    this.ended = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        options.signal.removeEventListener('abort', abort)
        options.tell?.({ direction: 'received', text: describeClose(code, reason.toString()) })
        this.#failure ??= closedError(code, reason.toString())
        this.#established.reject(this.#failure)
        for (const { reject } of this.#pending.values()) reject(this.#failure)
        resolve(this.#failure)
      })
    })
    options.signal.addEventListener('abort', abort, { once: true })
    if (options.signal.aborted) abort()
  }

  get hasEnded(): boolean {
    return this.#failure !== undefined
  }

  /**
   * Sends a request; resolves with its ack.
   * @throws LabError of the server, or of the connection that ended before
   */
  async request<Name extends ChatRequestName>(type: Name, fields: ChatRequests[Name]): Promise<object> {
    if (this.#socket.readyState !== WebSocket.OPEN) throw await this.ended
    this.#lastId += 1
    const id = this.#lastId
    const payload = Buffer.from(JSON.stringify({ type, id, ...fields }))
    this.#options.tell?.({ direction: 'sent', text: describeMessage(payload, false, true), bytes: payload })
    const { promise, resolve, reject } = Promise.withResolvers<object>()
    this.#pending.set(id, { resolve, reject })
    this.#socket.send(payload, { binary: false }, () => {})
    return promise
  }

  async close(): Promise<void> {
    this.#socket.close(1000)
    await this.ended
  }

  #received(payload: Buffer): void {
    const text = describeMessage(payload, false, false)
    this.#options.tell?.({ direction: 'received', text, bytes: payload })
    const message: ServerMessage = JSON.parse(payload.toString())
    if (message.type === 'connection_established') this.#established.resolve(message.client_id)
    else if (message.type === 'error') this.#take(message.id)?.reject(refusedRequest(message))
    else if (message.type === 'ack') {
      const { type, id, ...ack } = message
      this.#take(id)?.resolve(ack)
    } else {
      const { type, ...fields } = message
      this.#options.heard(type, fields as ChatEvents[typeof type])
    }
  }

  #take(id: number | undefined): Pending | undefined {
    const pending = this.#pending.get(id ?? 0)
    this.#pending.delete(id ?? 0)
    return pending
  }
}

function refusedRequest(message: Extract<ServerMessage, { type: 'error' }>): LabError {
  const { code, detail } = message
  return new LabError(code as LabErrorCode, detail ?? message.message, { status: code, body: message })
}
