import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import {
  chatCloses,
  chatMessages,
  type RequestId,
  requestId,
  roomsProtocol,
} from '@polyservice-lab/contracts/chat'
import { AppError, type ReceiveBudget, type ServiceDeps } from '@polyservice-lab/service-kit'
import { type Close, type Connection, type Message, WebSockets } from '@polyservice-lab/service-kit/websocket'
import type { Config } from '../config.ts'
import { TokenBucket } from '../domain/token-bucket.ts'
import { type Fault, malformed, toWire } from './errors.ts'
import { type Frame, stepBytes } from './outbox.ts'
import {
  type Farewell,
  type RawRequest,
  type Reply,
  Session,
  type SessionShared,
  type Wire,
} from './session.ts'

/** Of all of the service; each edge counts its own. */
const unbounded = Number.MAX_SAFE_INTEGER

/** An event as a JSON text. */
export function writePlain(type: string, fields: object): string {
  return JSON.stringify({ type, ...fields })
}

/** The plain edge: JSON texts over WebSocket, for classic clients and those that know rooms. */
export class PlainEdge {
  readonly #webSockets: WebSockets
  readonly #sessions = new Map<Connection, Session>()
  readonly #config: Config

  /** @param shared all but the dialect */
  constructor(shared: SessionShared, receiveBudget: ReceiveBudget, deps: ServiceDeps) {
    const { config } = shared
    this.#config = config
    this.#webSockets = new WebSockets(
      {
        ...config,
        receiveBudget,
        sendBytesMax: unbounded,
        connectionsMax: unbounded,
        bufferBytesMax: stepBytes,
        countsMessages: false,
        answersRequestId: false,
        answerBytes: () => 0,
        opened: (connection) => this.#opened(connection, shared),
        closed: (connection) => this.#closed(connection),
        left: (connection) => this.#sessions.get(connection)?.left(),
        handle: (connection, message) => this.#handle(connection, message),
        toClose,
        server: { handleProtocols: (offered) => offered.has(roomsProtocol) && roomsProtocol },
      },
      deps,
    )
  }

  get count(): number {
    return this.#sessions.size
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#webSockets.upgrade(request, socket, head)
  }

  /** Answers what has arrived, then closes every client. */
  drain(): void {
    this.#webSockets.drain(closeOf('draining', 'ok'))
  }

  #opened(connection: Connection, shared: SessionShared): void {
    const id = randomUUID()
    const isClassic = connection.protocol !== roomsProtocol
    const greeting = writePlain('connection_established', {
      client_id: id,
      message: chatMessages.established,
    })
    const bucket = new TokenBucket(this.#config, () => performance.now())
    const session = new Session(id, wireOf(connection), bucket, shared, greeting)
    this.#sessions.set(connection, session)
    session.enter(isClassic)
  }

  #closed(connection: Connection): void {
    this.#sessions.get(connection)?.end()
    this.#sessions.delete(connection)
  }

  async #handle(connection: Connection, message: Message): Promise<void> {
    const session = this.#sessions.get(connection)
    if (session === undefined) return
    const reply = new PlainReply(connection.protocol !== roomsProtocol && !session.hasLoggedIn)
    await session.receive(reply, () => reply.read(message))
  }
}

function wireOf(connection: Connection): Wire {
  return {
    get unsentBytes() {
      return connection.unsentBytes
    },
    send: (frame: Frame) => {
      if (typeof frame === 'string') connection.send(frame, false)
      else frame()
    },
    close: (farewell) => connection.fail(new Goodbye(farewell)),
  }
}

/** A close that the chat has decided on. */
class Goodbye extends Error {
  readonly farewell: Farewell

  constructor(farewell: Farewell) {
    super(farewell)
    this.farewell = farewell
  }
}

function toClose(error: unknown): Close {
  if (error instanceof Goodbye) return closeOf(error.farewell, outcomes[error.farewell])
  // Of the kit: messages that have no room, and a client that does not read.
  if (error instanceof AppError && error.code === 'unavailable')
    return closeOf(error.details.reason === 'busy' ? 'busy' : 'slow', error.code)
  const { farewell, outcome } = toWire(error)
  return closeOf(farewell, outcome)
}

const outcomes = {
  idle: 'ok',
  draining: 'ok',
  reset: 'ok',
  flood: 'resource_exhausted',
  slow: 'unavailable',
  busy: 'unavailable',
  unavailable: 'unavailable',
  internal: 'internal',
} as const satisfies Record<Farewell, Close['outcome']>

function closeOf(farewell: Farewell, outcome: Close['outcome']): Close {
  return { outcome, closeCode: chatCloses[farewell], reason: farewell }
}

/** Answers a request under the id that it has. */
class PlainReply implements Reply {
  readonly #isClassic: boolean
  #id: RequestId | undefined

  constructor(isClassic: boolean) {
    this.#isClassic = isClassic
  }

  get isAwaited(): boolean {
    return this.#id !== undefined
  }

  /** @throws AppError invalid_argument */
  read({ data, isBinary }: Message): RawRequest {
    if (isBinary && !isUtf8(data)) throw malformed('the message is not UTF-8', 'not_json')
    const fields = parse(data)
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
      throw malformed('the message is not a JSON object')
    const { id, type } = fields as { readonly id?: unknown; readonly type?: unknown }
    if (id !== undefined) {
      const { success, data: known } = requestId.safeParse(id)
      if (!success)
        throw malformed('id: neither a string of 1 to 64 characters nor an integer from 0 to 2^53-1')
      this.#id = known
    }
    return { type, fields }
  }

  done(result: object): string | undefined {
    return this.#id === undefined ? undefined : JSON.stringify({ type: 'ack', id: this.#id, ...result })
  }

  refused(fault: Fault, reason: string | undefined): string {
    const isBare = this.#isClassic && this.#id === undefined && (reason === 'not_json' || reason === 'person')
    if (isBare) return JSON.stringify({ type: 'error', message: fault.message })
    return JSON.stringify({ type: 'error', ...(this.#id !== undefined && { id: this.#id }), ...fault })
  }
}

function parse(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString())
  } catch {
    throw malformed('the message is not JSON', 'not_json')
  }
}
