import { randomUUID } from 'node:crypto'
import { createServer, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Express } from 'express'
import type { BaseConfig } from '../config.ts'
import { httpDrain, listen } from '../listen.ts'
import type { Metrics } from '../metrics.ts'
import type { ServiceDeps } from '../run-service.ts'
import { HttpError, type ToWire } from './answer.ts'
import type { Exchange } from './exchange.ts'

/** How long a connection between two requests is kept. */
const keepAliveMs = 75_000
const headersTimeoutMsMax = 30_000
/** How often Node looks for requests that take too long. */
const checkMs = { max: 5_000, share: 4 }

export interface HttpLimits {
  /** Bytes of a request line with its headers; beyond it, 431. */
  readonly headerBytesMax: number
  /** How long a request may take to arrive; beyond it, 408. */
  readonly requestTimeoutMs: number
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
  const { requestTimeoutMs } = config
  const server = createServer(
    {
      maxHeaderSize: config.headerBytesMax,
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(requestTimeoutMs, headersTimeoutMsMax),
      connectionsCheckingInterval: Math.min(requestTimeoutMs / checkMs.share, checkMs.max),
      keepAliveTimeout: keepAliveMs,
    },
    app,
  )
  server.maxConnections = config.connectionsMax
  const drain = httpDrain(server, config.drainTimeoutMs)
  answerClientErrors(server, watchConnections(server, deps.metrics), toWire, deps)
  return {
    start: () => listen(server, config.port, config.host),
    [Symbol.asyncDispose]: drain,
  }
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

/** Answers what is no HTTP, or does not end, and ends its connection. */
function answerClientErrors(
  server: Server,
  connections: WeakMap<Duplex, Connection>,
  toWire: ToWire,
  { access }: ServiceDeps,
): void {
  server.on('clientError', (cause: Error & { readonly code?: string }, socket) => {
    const begun = connections.get(socket)?.response
    if (!socket.writable || begun?.headersSent === true) {
      socket.destroy()
      return
    }
    const error = clientErrors[cause.code ?? ''] ?? malformed
    const { status, body, headers } = toWire(error)
    const known = (begun as { locals?: Partial<Exchange> } | undefined)?.locals
    const requestId = known?.requestId ?? randomUUID()
    const lines = Object.entries({
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      Connection: 'close',
      'X-Request-Id': requestId,
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
    if (begun === undefined || known === undefined)
      access({ requestId, operation: 'unparsed', outcome: error.code, status, durationMs: 0 })
    else {
      // Its own access line follows when the connection has ended.
      begun.statusCode = status
      known.outcome = error.code
    }
  })
}
