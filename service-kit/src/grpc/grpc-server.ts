import { constants, type Http2Session } from 'node:http2'
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js'
import { Health, ServerReflectionV1, ServerReflectionV1alpha } from '@polyservice-lab/contracts/grpc'
import { AppError } from '../app-error.ts'
import { listen } from '../listen.ts'
import { ReceiveBudget } from '../receive-budget.ts'
import type { ServiceDeps } from '../run-service.ts'
import { SendBudget } from '../send-budget.ts'
import { createCalls } from './calls.ts'
import { createFront, type FrontOptions } from './front.ts'
import type { Route } from './handlers.ts'
import { healthRoutes } from './health.ts'
import type { GrpcLimits } from './limits.ts'
import { reflectionRoutes } from './reflection.ts'
import type { ToWire } from './status.ts'

/** What Node may hold for one connection before it refuses streams. */
const sessionMegabytesMax = 64
/** GOAWAY with this stream id announces the end and refuses nothing yet (RFC 9113, 6.8). */
const lastStreamIdMax = 2 ** 31 - 1
/** How long a peer may take to show that it has read the announcement. */
const goawayTimeoutMs = 1_000
/** The share of a drain after which calls are cut off; in the rest their statuses leave. */
const cutOffShare = 0.9

export interface GrpcServerOptions {
  /** Those of `serveMethods`, of all services. Health and reflection come by themselves. */
  readonly routes: readonly Route[]
  readonly toWire: ToWire
  readonly limits: GrpcLimits
  /** Certificate, key and authorities in PEM. Default: plaintext HTTP/2. */
  readonly tls?: FrontOptions['tls']
}

export interface GrpcServer {
  /** Resolves when the port is bound; a bind error rejects. */
  start(port: number, host: string): Promise<void>
  /**
   * Takes no new connections, announces the end to each peer (GOAWAY), and resolves when the calls in flight have
   * ended, within `timeoutMs`. Calls that go on for most of it end with UNAVAILABLE.
   */
  drain(timeoutMs: number): Promise<void>
}

/**
 * A server of gRPC on grpc-js, with health (grpc.health.v1) and reflection (v1 and v1alpha). Its sockets are those of a
 * server in front of grpc-js, which can neither bound connections nor close its port without closing them.
 */
export function createGrpcServer(options: GrpcServerOptions, deps: ServiceDeps): GrpcServer {
  const { limits, tls } = options
  const draining = new AbortController()
  const sessions = new Set<Http2Session>()
  // It writes what clients send wrong to standard error.
  setLogVerbosity(logVerbosity.NONE)
  const server = new Server({
    'grpc.enable_channelz': 0,
    // ServerCall sees to it, before grpc-js would.
    'grpc.max_receive_message_length': -1,
    'grpc.max_concurrent_streams': limits.concurrentStreamsMax,
    'grpc.keepalive_time_ms': limits.keepaliveIntervalMs,
    'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMs,
    'grpc.max_connection_idle_ms': limits.idleTimeoutMs,
    'grpc-node.max_session_memory': sessionMegabytesMax,
  })
  const calls = register(server, options, deps, draining.signal, (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    if (draining.signal.aborted) sayGoodbye(session)
  })
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())

  const { server: front, sockets } = createFront({ ...limits, tls }, deps, (socket) =>
    injector.injectConnection(socket),
  )

  return {
    start: (port, host) => listen(front, port, host),

    async drain(timeoutMs) {
      draining.abort(new AppError('unavailable', 'the server is shutting down'))
      const closed = new Promise<void>((resolve) => front.close(() => resolve()))
      for (const session of sessions) sayGoodbye(session)
      const timers = [
        // Connections that never had a call are known to grpc-js alone.
        setTimeout(() => injector.drain(timeoutMs), goawayTimeoutMs),
        setTimeout(() => {
          deps.logger.warn('calls are cut off')
          calls.failAll(new AppError('unavailable', 'the server is shutting down'))
        }, timeoutMs * cutOffShare),
        // A peer that has not read its statuses by then never will.
        setTimeout(() => {
          for (const socket of sockets) socket.destroy()
        }, timeoutMs),
      ]
      await closed
      for (const timer of timers) clearTimeout(timer)
      calls.stop()
    },
  }
}

function register(
  server: Server,
  { routes, toWire, limits }: GrpcServerOptions,
  deps: ServiceDeps,
  draining: AbortSignal,
  onSession: (session: Http2Session) => void,
): ReturnType<typeof createCalls> {
  const own = new Set(routes.map(({ service }) => service))
  const services = [...own, Health, ServerReflectionV1, ServerReflectionV1alpha]
  const all = [...routes, ...healthRoutes(services, draining), ...reflectionRoutes(services)]
  const paths = new Set(all.map(({ path }) => path))
  const budgets = {
    receiveBudget: new ReceiveBudget(limits.receiveBytesMax),
    sendBudget: new SendBudget(limits.sendBytesMax),
  }
  const options = { callsMax: limits.callsMax, limits, deps, toWire, ...budgets, draining, paths, onSession }
  const calls = createCalls(options)
  const asIs = (bytes: Buffer) => bytes
  for (const { path, type, serve } of all)
    server.register(
      path,
      serve(({ metadata }) => calls.find(metadata)),
      asIs,
      asIs,
      type,
    )
  return calls
}

/**
 * Ends a connection without losing a call: the peer is told to start no more calls, those that are on the wire
 * already are served, and once the peer has read that (it answers a PING), later ones are refused (RFC 9113, 6.8).
 */
function sayGoodbye(session: Http2Session): void {
  if (session.destroyed) return
  const close = () => {
    clearTimeout(timer)
    if (!session.destroyed) session.close()
  }
  const timer = setTimeout(close, goawayTimeoutMs)
  session.goaway(constants.NGHTTP2_NO_ERROR, lastStreamIdMax)
  if (!session.ping(close)) close()
}
