import {
  constants,
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { Server as NetServer } from 'node:net'
import { listen, ReceiveBudget, type ServiceDeps } from '@polyservice-lab/service-kit'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import { publicError } from '../errors.ts'
import type { Route } from './handlers.ts'
import { isGrpc } from './headers.ts'
import { keepAlive } from './keepalive.ts'
import { serveCall } from './serve-call.ts'
import { type CallOptions, ServerCall } from './server-call.ts'

/** Of the headers of a call, together (RFC 9113, 6.5.2). */
const headerBytesMax = 16_384
/** What Node may hold for one connection before it refuses streams. */
const sessionMegabytesMax = 64
/** GOAWAY with this stream id announces the end and refuses nothing yet (RFC 9113, 6.8). */
const lastStreamIdMax = 2 ** 31 - 1
/** How long a peer may take to show that it has read the announcement. */
const goawayTimeoutMs = 1_000
/** The share of a drain after which calls are cut off; in the rest their statuses leave. */
const cutOffShare = 0.9

export interface GrpcServerOptions {
  readonly routes: readonly Route[]
  readonly limits: {
    readonly messageBytesMax: number
    readonly receiveBytesMax: number
    readonly callsMax: number
    readonly connectionsMax: number
    readonly concurrentStreamsMax: number
  }
  readonly keepaliveIntervalMs: number
  readonly keepaliveTimeoutMs: number
  /** Certificate, key and authorities in PEM; plaintext HTTP/2 where it is undefined. */
  readonly tls: Pick<SecureServerOptions, 'cert' | 'key' | 'ca'> | undefined
}

/**
 * A server of gRPC over HTTP/2
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md), straight on Node's HTTP/2.
 */
export class GrpcServer {
  readonly #options: GrpcServerOptions
  readonly #deps: ServiceDeps
  readonly #routes: ReadonlyMap<string, Route>
  readonly #server: Http2Server | Http2SecureServer
  readonly #sessions = new Set<ServerHttp2Session>()
  readonly #calls = new Set<ServerCall>()
  readonly #draining = new AbortController()
  /** The same for all calls. */
  readonly #callOptions: CallOptions

  constructor(options: GrpcServerOptions, deps: ServiceDeps) {
    this.#options = options
    this.#deps = deps
    this.#routes = new Map(options.routes.map((route) => [route.path, route]))
    this.#callOptions = {
      limits: options.limits,
      metrics: deps.metrics,
      receiveBudget: new ReceiveBudget(options.limits.receiveBytesMax),
      draining: this.#draining.signal,
    }
    this.#server = createHttp2Server(options)
    this.#server.maxConnections = options.limits.connectionsMax
    this.#server.on('session', (session: ServerHttp2Session) => this.#accept(session))
    this.#server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) =>
      this.#serve(stream, headers),
    )
    this.#server.on('drop', () => deps.logger.warn('connection refused: there are CONNECTIONS_MAX'))
  }

  start(port: number, host: string): Promise<void> {
    return listen(this.#server, port, host)
  }

  /**
   * Takes no new connections, announces the end to each peer (GOAWAY), and resolves when the calls in flight have
   * ended, within `timeoutMs`. Calls that go on for most of it end with UNAVAILABLE.
   */
  async drain(timeoutMs: number): Promise<void> {
    // That of the HTTP/2 server would close the connections at once, with calls that are on the wire to them.
    const closed = new Promise<void>((resolve) =>
      NetServer.prototype.close.call(this.#server, () => resolve()),
    )
    this.#draining.abort()
    for (const session of this.#sessions) sayGoodbye(session)
    const cutOff = setTimeout(() => this.#cutOff(), timeoutMs * cutOffShare)
    const disconnect = setTimeout(() => this.#disconnect(), timeoutMs)
    await closed
    clearTimeout(cutOff)
    clearTimeout(disconnect)
  }

  #cutOff(): void {
    this.#deps.logger.warn({ calls: this.#calls.size }, 'calls are cut off')
    for (const call of this.#calls) call.abort(new AppError('unavailable', 'the server is shutting down'))
  }

  /** A peer that has not read its statuses by now never will. */
  #disconnect(): void {
    for (const session of this.#sessions) session.destroy()
  }

  #accept(session: ServerHttp2Session): void {
    this.#sessions.add(session)
    this.#deps.metrics.connections.inc()
    const { keepaliveIntervalMs, keepaliveTimeoutMs } = this.#options
    const stop = keepAlive(session, keepaliveIntervalMs, keepaliveTimeoutMs)
    session.on('error', (error) => this.#deps.logger.info({ err: error }, 'connection failed'))
    session.on('close', () => {
      stop()
      this.#sessions.delete(session)
      this.#deps.metrics.connections.dec()
    })
    if (this.#draining.signal.aborted) sayGoodbye(session)
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    if (!isGrpc(headers['content-type']) || headers[':method'] !== 'POST') {
      const status = headers[':method'] === 'POST' ? 415 : 405
      stream.on('error', () => {})
      stream.respond({ ':status': status }, { endStream: true })
      stream.resume()
      return
    }
    const route = this.#routes.get(headers[':path'] ?? '')
    void this.#run(new ServerCall(stream, headers, this.#callOptions), route)
  }

  async #run(call: ServerCall, route: Route | undefined): Promise<void> {
    const { logger, metrics } = this.#deps
    const { requestId } = call.headers
    const startedAt = performance.now()
    this.#calls.add(call)
    metrics.inFlight.inc()
    try {
      const { callsMax } = this.#options.limits
      if (this.#calls.size > callsMax)
        throw new AppError('resource_exhausted', `${callsMax} calls are running already`)
      await serveCall(call, route)
    } catch (error) {
      const told = publicError(error)
      if (told.code === 'internal' || told.code === 'insufficient_storage')
        logger.error({ err: error, requestId, method: route?.path }, 'call failed')
      call.finish(told)
    }
    this.#calls.delete(call)
    metrics.inFlight.dec()
    const durationMs = performance.now() - startedAt
    const outcome = call.outcome ?? 'internal'
    const method = route?.path ?? 'unknown'
    metrics.observe(method, outcome, durationMs / 1_000)
    logger.info({ requestId, method, outcome, durationMs: Math.round(durationMs * 1_000) / 1_000 }, 'call')
  }
}

function createHttp2Server({ limits, tls }: GrpcServerOptions): Http2Server | Http2SecureServer {
  const options = {
    settings: { maxConcurrentStreams: limits.concurrentStreamsMax, maxHeaderListSize: headerBytesMax },
    maxSessionMemory: sessionMegabytesMax,
  }
  if (tls === undefined) return createServer(options)
  const requestCert = tls.ca !== undefined
  return createSecureServer({ ...options, ...tls, requestCert, rejectUnauthorized: requestCert })
}

/**
 * Ends a connection without losing a call: the peer is told to start no more calls, those that are on the wire
 * already are served, and once the peer has read that (it answers a PING), later ones are refused (RFC 9113, 6.8).
 */
function sayGoodbye(session: ServerHttp2Session): void {
  if (session.destroyed) return
  const close = () => {
    clearTimeout(timer)
    if (!session.destroyed) session.close()
  }
  const timer = setTimeout(close, goawayTimeoutMs)
  session.goaway(constants.NGHTTP2_NO_ERROR, lastStreamIdMax)
  if (!session.ping(close)) close()
}
