import { randomUUID } from 'node:crypto'
import type {
  ChatAcks,
  ChatEvents,
  ChatRequestName,
  ChatRequests,
  NewMessage,
} from '@polyservice-lab/contracts/chat'
import { LabError } from '../core/lab-error.ts'
import { lostPeer, Retrier, type RetryContext } from '../core/retries.ts'
import type { ChatConnection, Heard } from './chat-connection.ts'

/** What a session tells: the events of the chat, and two of its own. */
export interface ChatSessionEvents extends ChatEvents {
  /** The connection has ended, and not by the session. */
  readonly lost: LabError
  /** The session has another connection, and is in its rooms again; what could not be replayed is told by `complete`. */
  readonly resumed: { readonly user_id: string; readonly rooms: readonly ChatAcks['join_room'][] }
}

/** How a room is joined. */
export interface JoinOptions {
  /** Asks for the messages after this number; 0 for all that are kept. Default: none. */
  readonly after?: number | undefined
  /** The life of the room that `after` is of. */
  readonly epoch?: string | undefined
}

/**
 * One person in the chat. With `retries`, a lost connection is made again: the session logs in, joins its rooms from the
 * last message that it has seen, and sends again what was not acknowledged. Each message is told once. It throws LabErrors.
 */
export interface ChatSession extends AsyncDisposable {
  /** The id of the person: another one after each connection. */
  readonly id: string
  login(username: string): Promise<ChatAcks['login']>
  join(room: string, options?: JoinOptions): Promise<ChatAcks['join_room']>
  leave(room: string): Promise<ChatAcks['leave_room']>
  /** @param key names the message, so that it is kept once however often it is sent; default: a new one */
  send(room: string, message: string, key?: string): Promise<ChatAcks['send_message']>
  typing(room: string, isTyping: boolean): Promise<ChatAcks['typing']>
  history(
    room: string,
    range?: { readonly before?: number; readonly limit?: number },
  ): Promise<ChatAcks['history']>
  /** A private message; a lost connection does not repeat it. */
  tell(person: string, text: string): Promise<ChatAcks['private_message']>
  /** Calls a listener for every event of a name. @returns ends that */
  on<Name extends keyof ChatSessionEvents>(
    name: Name,
    listener: (event: ChatSessionEvents[Name]) => void,
  ): () => void
  close(): Promise<void>
}

type Listeners = { [Name in keyof ChatSessionEvents]?: Set<(event: ChatSessionEvents[Name]) => void> }

/** Where a room was left off. */
interface Position {
  readonly epoch: string
  readonly seq: number
}

export class ResumingChatSession implements ChatSession {
  readonly #open: (heard: Heard) => Promise<ChatConnection>
  readonly #closing = new AbortController()
  readonly #retrier: Retrier
  readonly #listeners: Listeners = {}
  readonly #rooms = new Set<string>()
  readonly #positions = new Map<string, Position>()
  #connection: ChatConnection | undefined
  #reconnecting: Promise<void> | undefined
  #id = ''
  #username: string | undefined

  /** @param open makes a connection */
  constructor(open: (heard: Heard) => Promise<ChatConnection>, context: RetryContext) {
    this.#open = open
    this.#retrier = new Retrier({
      ...context,
      signal: AbortSignal.any([context.signal, this.#closing.signal]),
    })
  }

  get id(): string {
    return this.#id
  }

  /** Makes the first connection. */
  async start(): Promise<this> {
    await this.#connect()
    return this
  }

  async login(username: string): Promise<ChatAcks['login']> {
    const ack = await this.#request('login', { username })
    this.#username = ack.username
    return ack
  }

  async join(room_id: string, { after, epoch }: JoinOptions = {}): Promise<ChatAcks['join_room']> {
    const ack = await this.#request('join_room', { room_id, after, epoch })
    this.#rooms.add(room_id)
    return this.#isAt(ack)
  }

  async leave(room_id: string): Promise<ChatAcks['leave_room']> {
    this.#rooms.delete(room_id)
    return this.#request('leave_room', { room_id })
  }

  send(room_id: string, message: string, key: string = randomUUID()): Promise<ChatAcks['send_message']> {
    return this.#request('send_message', { room_id, message, key })
  }

  typing(room_id: string, typing: boolean): Promise<ChatAcks['typing']> {
    return this.#request('typing', { room_id, typing })
  }

  history(room_id: string, range: { before?: number; limit?: number } = {}): Promise<ChatAcks['history']> {
    return this.#request('history', { room_id, ...range })
  }

  async tell(to: string, text: string): Promise<ChatAcks['private_message']> {
    const connection = await this.#connected()
    return (await connection.request('private_message', { to, text })) as ChatAcks['private_message']
  }

  on<Name extends keyof ChatSessionEvents>(
    name: Name,
    listener: (event: ChatSessionEvents[Name]) => void,
  ): () => void {
    const listeners: Set<typeof listener> = this.#listeners[name] ?? new Set()
    Object.assign(this.#listeners, { [name]: listeners })
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#reconnecting?.catch(() => {})
    await this.#connection?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Every request but a private message may be made twice: it says what is to be, or has a key. */
  async #request<Name extends ChatRequestName>(
    name: Name,
    fields: ChatRequests[Name],
  ): Promise<ChatAcks[Name]> {
    for (;;) {
      const connection = await this.#connected()
      try {
        const ack = await connection.request(name, fields)
        this.#retrier.progress()
        return ack as ChatAcks[Name]
      } catch (error) {
        if (!connection.hasEnded) throw error
      }
    }
  }

  async #connected(): Promise<ChatConnection> {
    if (this.#closing.signal.aborted) throw new LabError('failed_precondition', 'the session is closed')
    await this.#reconnecting
    return this.#connection as ChatConnection
  }

  async #connect(): Promise<void> {
    let isGivenUp = false
    const connection = await this.#open((name, fields) => {
      // What it hears is not in step with what the next one is asked for.
      if (!isGivenUp) this.#heard(name, fields)
    })
    try {
      this.#id = await connection.established
      if (this.#username !== undefined) await this.#resume(connection, this.#username)
    } catch (error) {
      isGivenUp = true
      void connection.close()
      throw error
    }
    this.#connection = connection
    void connection.ended.then((error) => this.#lost(connection, error))
  }

  async #resume(connection: ChatConnection, username: string): Promise<void> {
    await connection.request('login', { username })
    const rooms: ChatAcks['join_room'][] = []
    for (const room_id of this.#rooms) {
      const { seq: after, epoch } = this.#positions.get(room_id) ?? {}
      const ack = (await connection.request('join_room', { room_id, after, epoch })) as ChatAcks['join_room']
      rooms.push(this.#isAt(ack))
    }
    this.#tell('resumed', { user_id: this.#id, rooms })
  }

  #lost(connection: ChatConnection, error: LabError): void {
    if (this.#closing.signal.aborted || this.#connection !== connection) return
    this.#tell('lost', error)
    this.#reconnecting = this.#reconnect(connection, error)
    // Whoever makes the next request is told.
    this.#reconnecting.catch(() => {})
  }

  async #reconnect(lost: ChatConnection, reason: LabError): Promise<void> {
    for (let error: unknown = reason; ; ) {
      if (!(await this.#retrier.again(lostPeer(error)))) throw error
      this.#connection = undefined
      try {
        await this.#connect()
        return
      } catch (cause) {
        this.#connection = lost
        error = cause
      }
    }
  }

  #heard: Heard = (name, fields) => {
    if (name === 'new_message' && !this.#isNew(fields as NewMessage)) return
    this.#tell(name, fields as ChatSessionEvents[typeof name])
  }

  #isNew({ room_id, epoch, seq }: NewMessage): boolean {
    const position = this.#positions.get(room_id)
    if (position?.epoch === epoch && seq <= position.seq) return false
    this.#positions.set(room_id, { epoch, seq })
    return true
  }

  /** What comes from now on is after the last message of the room. */
  #isAt(ack: ChatAcks['join_room']): ChatAcks['join_room'] {
    const { room_id, epoch, last_seq: seq } = ack
    const position = this.#positions.get(room_id)
    if (position?.epoch !== epoch || position.seq < seq) this.#positions.set(room_id, { epoch, seq })
    return ack
  }

  #tell<Name extends keyof ChatSessionEvents>(name: Name, event: ChatSessionEvents[Name]): void {
    const listeners = this.#listeners[name] as Set<(event: ChatSessionEvents[Name]) => void> | undefined
    for (const listener of listeners ?? []) listener(event)
  }
}
