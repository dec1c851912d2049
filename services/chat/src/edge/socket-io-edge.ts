import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { BudgetShare, ReceiveBudget, ServiceDeps } from '@polyservice-lab/service-kit'
import cors from 'cors'
import { Server as Engine, type Socket as Transport } from 'engine.io'
import { Server, type Socket } from 'socket.io'
import { TokenBucket } from '../domain/token-bucket.ts'
import { countedWebSocketServer, holdBody } from './engine-receive.ts'
import { type Fault, malformed } from './errors.ts'
import type { Frame } from './outbox.ts'
import {
  type Farewell,
  type RawRequest,
  type Reply,
  Session,
  type SessionShared,
  type Wire,
} from './session.ts'
import { TransportSends } from './transport-sends.ts'

/** An event as the text of a Socket.IO packet (Socket.IO protocol 5, EVENT of the namespace `/`). */
export function writePacket(event: string, fields: object): string {
  return `2${JSON.stringify([event, fields])}`
}

/** Those after which the client stays away; after the others it comes back by itself. */
const forGood: readonly Farewell[] = ['flood', 'idle']

/** What hangs on a transport, whatever sockets come and go on it. */
interface Line {
  readonly transport: Transport
  readonly bucket: TokenBucket
  readonly sends: TransportSends
  /** What the parser holds of binary attachments of a packet that is not whole, in bytes. */
  readonly attachments: BudgetShare
  attachmentBytes: number
  session: Session | undefined
}

/** The Socket.IO edge: the same requests and events, over polling or WebSocket. */
export class SocketIoEdge {
  readonly #engine: Engine
  readonly #io: Server
  readonly #cors: ReturnType<typeof cors>
  readonly #shared: SessionShared
  readonly #receiveBudget: ReceiveBudget
  readonly #deps: ServiceDeps
  readonly #lines = new Map<Transport, Line>()

  /** @param refuse says why no client may connect now */
  constructor(
    shared: SessionShared,
    receiveBudget: ReceiveBudget,
    refuse: () => string | undefined,
    deps: ServiceDeps,
  ) {
    const { config } = shared
    this.#shared = shared
    this.#receiveBudget = receiveBudget
    this.#deps = deps
    this.#cors = cors({ origin: config.origins.size === 0 ? '*' : [...config.origins] })
    this.#engine = new Engine({
      pingInterval: config.heartbeatMs,
      pingTimeout: config.heartbeatTimeoutMs,
      maxHttpBufferSize: config.messageBytesMax,
      httpCompression: false,
      perMessageDeflate: false,
      allowRequest: (_request, decide) => {
        const reason = refuse()
        decide(reason, reason === undefined)
      },
      wsEngine: countedWebSocketServer(receiveBudget, config.closeTimeoutMs),
    } as ConstructorParameters<typeof Engine>[0])
    this.#engine.on('connection', (transport: Transport) => this.#opened(transport))
    this.#io = new Server({ serveClient: false })
    this.#io.bind(this.#engine as unknown as Parameters<Server['bind']>[0])
    this.#io.on('connection', (socket) => this.#connected(socket))
    setInterval(() => this.#cutStuck(), Math.min(1_000, config.sendTimeoutMs / 4)).unref()
  }

  get count(): number {
    return this.#lines.size
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost')
    const transport = () => this.#transportOf(searchParams.get('sid'))
    if (!holdBody(request, response, this.#receiveBudget)) return
    response.once('finish', () => {
      // The engine refuses a body that is too long, and goes on.
      if (response.statusCode === 413) transport()?.close(true)
    })
    // The middleware of the engine would come after the first bytes of a body.
    this.#cors(request, response, () =>
      this.#engine.handleRequest(request as Parameters<Engine['handleRequest']>[0], response),
    )
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#engine.handleUpgrade(request as Parameters<Engine['handleUpgrade']>[0], socket, head)
  }

  /** Answers what has arrived, then closes every transport, so that its client comes back. */
  async drain(error: unknown): Promise<void> {
    await Promise.all(
      Array.from(this.#lines.values(), async ({ transport, session }) => {
        await session?.settled()
        session?.tell(new PacketReply(undefined), error)
        this.#close(transport, 'draining')
      }),
    )
  }

  #transportOf(sid: string | null): Transport | undefined {
    const { clients } = this.#engine as unknown as { clients: Record<string, Transport> }
    return sid !== null && Object.hasOwn(clients, sid) ? clients[sid] : undefined
  }

  #opened(transport: Transport): void {
    const { metrics, access } = this.#deps
    const beganAt = performance.now()
    const sends = new TransportSends(transport, metrics, () => this.#lines.get(transport)?.session?.left())
    const bucket = new TokenBucket(this.#shared.config, () => performance.now())
    const attachments = this.#receiveBudget.open()
    const line: Line = { transport, bucket, sends, attachments, attachmentBytes: 0, session: undefined }
    this.#lines.set(transport, line)
    metrics.connections.inc()
    transport.on('data', (data: string | Buffer) => {
      metrics.receivedBytes.inc(data.length)
      this.#holdAttachments(line, typeof data === 'string' ? 0 : line.attachmentBytes + data.length)
    })
    transport.once('close', (reason: string) => {
      this.#lines.delete(transport)
      attachments.hold(0)
      metrics.connections.dec()
      const outcome = reason === 'ping timeout' ? 'deadline_exceeded' : 'ok'
      const durationMs = performance.now() - beganAt
      access({ requestId: randomUUID(), operation: 'connection', outcome, status: reason, durationMs })
    })
  }

  #holdAttachments(line: Line, bytes: number): void {
    line.attachmentBytes = bytes
    try {
      line.attachments.hold(bytes)
    } catch {
      this.#close(line.transport, 'busy')
    }
  }

  #connected(socket: Socket): void {
    const transport = socket.conn as unknown as Transport
    const line = this.#lines.get(transport)
    if (line === undefined) return
    const session = new Session(socket.id, this.#wireOf(socket, line), line.bucket, this.#shared)
    line.session = session
    socket.on('disconnect', () => {
      session.end()
      if (line.session === session) line.session = undefined
    })
    const share = this.#receiveBudget.open()
    let waiting = 0
    socket.onAny((...args: unknown[]) => {
      const answer = typeof args.at(-1) === 'function' ? (args.pop() as Answer) : undefined
      this.#holdAttachments(line, 0)
      const bytes = costOf(args)
      waiting += bytes
      try {
        share.hold(waiting)
      } catch {
        return this.#close(transport, 'busy')
      }
      void session
        .receive(new PacketReply(answer), () => rawRequest(args))
        .finally(() => {
          waiting -= bytes
          share.hold(waiting)
        })
    })
    session.enter(false)
  }

  #wireOf(socket: Socket, { transport, sends }: Line): Wire {
    return {
      get unsentBytes() {
        return sends.unsentBytes
      },
      send: (frame: Frame) => {
        if (typeof frame === 'string') transport.write(frame, { compress: false })
        else frame()
      },
      close: (farewell) => {
        if (forGood.includes(farewell)) socket.disconnect(true)
        this.#close(transport, farewell)
      },
    }
  }

  /** Closes a transport behind what waits for it, and ends it where that takes too long. */
  #close(transport: Transport, _farewell: Farewell): void {
    transport.close()
    const end = setTimeout(() => transport.close(true), this.#shared.config.closeTimeoutMs).unref()
    transport.once('close', () => clearTimeout(end))
  }

  #cutStuck(): void {
    const { sendTimeoutMs } = this.#shared.config
    for (const { transport, sends } of this.#lines.values())
      if (sends.stuckMs > sendTimeoutMs) this.#close(transport, 'slow')
  }
}

type Answer = (answer: object) => void

function rawRequest([type, fields]: readonly unknown[]): RawRequest {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields) || Buffer.isBuffer(fields))
    throw malformed('the fields are not an object')
  return { type, fields }
}

/** What a packet costs while it waits: its texts, and an object around each. */
function costOf([, fields]: readonly unknown[]): number {
  if (typeof fields !== 'object' || fields === null) return String(fields).length + 256
  let bytes = 256
  for (const value of Object.values(fields)) bytes += 64 + (typeof value === 'string' ? value.length * 2 : 0)
  return bytes
}

/** Answers a request by its callback; what has none hears of faults as an event. */
class PacketReply implements Reply {
  readonly #answer: Answer | undefined

  constructor(answer: Answer | undefined) {
    this.#answer = answer
  }

  get isAwaited(): boolean {
    return this.#answer !== undefined
  }

  done(result: object): (() => void) | undefined {
    const answer = this.#answer
    return answer && (() => answer({ ok: true, ...result }))
  }

  refused(fault: Fault): (() => void) | string {
    const answer = this.#answer
    return answer ? () => answer({ ok: false, ...fault }) : writePacket('error', fault)
  }
}
