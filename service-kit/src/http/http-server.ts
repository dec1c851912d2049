import { randomUUID } from 'node:crypto'
import { createServer, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Express } from 'express'
import type { BaseConfig } from '../config.ts'
import { httpDrain, listen } from '../listen.ts'
import type { Metrics } from '../metrics.ts'
import type { ServiceDeps } from '../run-service.ts'
import type { ToWire } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { HttpError } from './http-error.ts'

/** How long a connection between two requests is kept. */
const keepAliveMs = 75_000
/** How long an answer that ends its connection may take to arrive. */
const lingerMs = 1_000
const headersTimeoutMsMax = 30_000
/** How often requests and answers that take too long are looked for: that share of what they may take, at the latest. */
const checkMs = { share: 4, max: 5_000 }

export interface HttpLimits {
  /** Bytes of a request line with its headers; beyond it, 431. */
  readonly headerBytesMax: number
  /** How long a request may take to arrive; beyond it, 408. */
  readonly requestTimeoutMs: number
  /** How long a client may take nothing of an answer that waits for it; then it is cut off. */
  readonly sendTimeoutMs: number
  /** More connections are closed at once. */
  readonly connectionsMax: number
}

export interface HttpServer extends AsyncDisposable {
  /** Resolves when the port is bound; a bind error rejects. */
  start(): Promise<void>
}

/**
 * Serves an application on the port of the config, within its limits. What is no HTTP is answered by `toWire` as well.
 * Disposing drains: no new connections, requests in flight are answered, what is still open after `drainTimeoutMs` is cut.
 */
export function createHttpServer(
  app: Express,
  config: BaseConfig & HttpLimits,
  toWire: ToWire,
  deps: ServiceDeps,
): HttpServer {
  const { requestTimeoutMs, sendTimeoutMs } = config
  const server = createServer(
    {
      maxHeaderSize: config.headerBytesMax,
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(requestTimeoutMs, headersTimeoutMsMax),
      connectionsCheckingInterval: intervalMs(requestTimeoutMs),
      keepAliveTimeout: keepAliveMs,
      // The application says what is wrong with it.
      requireHostHeader: false,
    },
    app,
  )
  server.maxConnections = config.connectionsMax
  // A client that has sent its request and closes its side hears the answer. Node's types do not know the property.
  Object.assign(server, { httpAllowHalfOpen: true })
  // What comes in place of 100 Continue, or of 417, is for the application to say.
  for (const event of ['checkContinue', 'checkExpectation'])
    server.on(event, (request, response) => server.emit('request', request, response))
  const drain = httpDrain(server, config.drainTimeoutMs)
  const connections = watchConnections(server, deps.metrics)
  refuseWhatIsNoRequest(server, connections, toWire, deps)
  cutSlowReaders(server, sendTimeoutMs)
  return {
    start: () => listen(server, config.port, config.host),
    [Symbol.asyncDispose]: drain,
  }
}

function intervalMs(timeoutMs: number): number {
  return Math.min(timeoutMs / checkMs.share, checkMs.max)
}

/** Cuts off clients that take nothing of an answer which waits for them. */
function cutSlowReaders(server: Server, sendTimeoutMs: number): void {
  const begun = new Set<ServerResponse>()
  server.on('request', (_request, response) => {
    begun.add(response)
    response.once('close', () => begun.delete(response))
  })
  const timer = setInterval(() => {
    for (const response of begun) {
      if (response.writableLength === 0) continue
      begun.delete(response)
      // From now on its socket tells when nothing moves for so long.
      response.setTimeout(sendTimeoutMs, () => response.destroy())
    }
  }, intervalMs(sendTimeoutMs))
  server.once('close', () => clearInterval(timer))
}

/** What is known of a connection. */
interface Connection {
  /** The answer that is being made. */
  response: ServerResponse | undefined
  /** Counts the bytes that went since it was called. */
  count(): void
}

/** Counts the open connections of a server, and their bytes after every answer. */
function watchConnections(server: Server, metrics: Metrics): WeakMap<Duplex, Connection> {
  const connections = new WeakMap<Duplex, Connection>()
  server.on('connection', (socket) => {
    let received = 0
    let sent = 0
    const count = () => {
      metrics.receivedBytes.inc(socket.bytesRead - received)
      metrics.sentBytes.inc(socket.bytesWritten - sent)
      received = socket.bytesRead
      sent = socket.bytesWritten
    }
    connections.set(socket, { response: undefined, count })
    metrics.connections.inc()
    socket.once('close', () => {
      metrics.connections.dec()
      count()
    })
  })
  server.on('request', ({ socket }, response) => {
    const connection = connections.get(socket)
    if (connection === undefined) return
    connection.response = response
    response.once('close', () => {
      connection.response = undefined
      connection.count()
    })
  })
  return connections
}

const malformed = new HttpError(400, 'Invalid HTTP request received.')
const clientErrors: Readonly<Record<string, HttpError>> = {
  HPE_HEADER_OVERFLOW: new HttpError(431, 'Request Header Fields Too Large'),
  ERR_HTTP_REQUEST_TIMEOUT: new HttpError(408, 'Request Timeout'),
}

const connect = new HttpError(405, 'Method Not Allowed', { Allow: '' })

/** Answers what is no HTTP, does not arrive, or asks for a tunnel, and ends its connection. */
function refuseWhatIsNoRequest(
  server: Server,
  connections: WeakMap<Duplex, Connection>,
  toWire: ToWire,
  { access }: ServiceDeps,
): void {
  function refuse(socket: Duplex, error: HttpError): void {
    const begun = connections.get(socket)?.response
    if (!socket.writable || begun?.headersSent === true) {
      socket.destroy()
      return
    }
    const { status, body, headers, contentType = 'application/json' } = toWire(error)
    const known = (begun as { locals?: Partial<Exchange> } | undefined)?.locals
    const requestId = known?.requestId ?? randomUUID()
    const lines = Object.entries({
      'Content-Type': contentType,
      'Content-Length': Buffer.byteLength(body),
      Connection: 'close',
      'X-Request-Id': requestId,
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
    // A client that does not close its side is not waited for.
    const linger = setTimeout(() => socket.destroy(), lingerMs)
    socket.once('close', () => clearTimeout(linger))
    if (begun === undefined || known === undefined)
      access({ requestId, operation: 'unparsed', outcome: error.code, status, durationMs: 0 })
    else {
      // Its own access line follows when the connection has ended.
      begun.statusCode = status
      known.outcome = error.code
    }
  }
  server.on('connect', (_request, socket) => refuse(socket, connect))
  server.on('clientError', (cause: Error & { readonly code?: string }, socket) =>
    refuse(socket, clientErrors[cause.code ?? ''] ?? malformed),
  )
}
