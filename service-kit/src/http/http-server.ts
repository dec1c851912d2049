import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { Express } from 'express'
import type { BaseConfig } from '../config.ts'
import { httpDrain, listen } from '../listen.ts'
import type { ServiceDeps } from '../run-service.ts'
import type { ToWire } from './answer.ts'
import { cutSlowReaders, meterConnections } from './connections.ts'
import type { HttpLimits } from './limits.ts'
import { refuseWhatIsNoRequest } from './refusals.ts'

/** How long a connection between two requests is kept. */
const keepAliveMs = 75_000
const headersTimeoutMsMax = 30_000
/** Connections that are told that there are too many. */
const excessMax = 64

export interface HttpServer extends AsyncDisposable {
  /** Resolves when the port is bound; a bind error rejects. */
  start(): Promise<void>
}

/** Connections beyond those that there may be: so few that they can be told so. More are closed at once. */
export class Crowd {
  readonly #excess = new WeakSet<Duplex>()

  add(socket: Duplex): void {
    this.#excess.add(socket)
  }

  /** Whether a request came on such a connection. */
  has({ socket }: IncomingMessage): boolean {
    return this.#excess.has(socket)
  }
}

/** Another protocol on the port, to which requests change (RFC 9110, 7.8). */
export interface Upgrades {
  /** Whether a request changes; where it does not, the application answers it. */
  accepts(request: IncomingMessage): boolean
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Called once, when the server drains and what has arrived has been seen: what has changed is to end. */
  drain(): void
}

/**
 * Serves an application on the port of the config, within its limits. What is no HTTP is answered by `toWire` as well.
 * Disposing drains: no new connections, requests in flight are answered, what is still open after `drainTimeoutMs` is cut.
 */
export function createHttpServer(
  app: Express,
  config: BaseConfig &
    Pick<HttpLimits, 'headerBytesMax' | 'requestTimeoutMs' | 'sendTimeoutMs' | 'connectionsMax'>,
  toWire: ToWire,
  deps: ServiceDeps,
  upgrades?: Upgrades,
  crowd?: Crowd,
): HttpServer {
  const { requestTimeoutMs, sendTimeoutMs } = config
  const server = createServer(
    {
      ...messagesOf(app),
      maxHeaderSize: config.headerBytesMax,
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(requestTimeoutMs, headersTimeoutMsMax),
      connectionsCheckingInterval: checkIntervalMs(requestTimeoutMs),
      keepAliveTimeout: keepAliveMs,
      // The application says what is wrong with it.
      requireHostHeader: false,
      shouldUpgradeCallback: (request) => upgrades?.accepts(request) ?? false,
    },
    app,
  )
  server.maxConnections = config.connectionsMax
  if (crowd !== undefined) markExcess(server, config.connectionsMax, crowd)
  // A client that has sent its request and closes its side hears the answer. Node's types do not know the property.
  Object.assign(server, { httpAllowHalfOpen: true })
  // What comes in place of 100 Continue, or of 417, is for the application to say.
  for (const event of ['checkContinue', 'checkExpectation'])
    server.on(event, (request, response) => server.emit('request', request, response))
  const drain = httpDrain(server, config.drainTimeoutMs)
  meterConnections(server, deps.metrics)
  cutSlowReaders(server, sendTimeoutMs, checkIntervalMs(sendTimeoutMs))
  refuseWhatIsNoRequest(server, toWire, deps)
  if (upgrades !== undefined) takeUpgrades(server, upgrades)
  return {
    start: () => listen(server, config.port, config.host),
    async [Symbol.asyncDispose]() {
      const drained = drain()
      // Between two turns of the event loop lies one look at every socket.
      await turn()
      await turn()
      upgrades?.drain()
      await drained
    },
  }
}

function markExcess(server: Server, connectionsMax: number, crowd: Crowd): void {
  server.maxConnections = connectionsMax + excessMax
  let open = 0
  server.on('connection', (socket) => {
    open += 1
    if (open > connectionsMax) crowd.add(socket)
    socket.once('close', () => {
      open -= 1
    })
  })
}

function takeUpgrades(server: Server, { upgrade }: Upgrades): void {
  const lastAnswers = new WeakMap<Duplex, ServerResponse>()
  server.on('request', ({ socket }, response) => lastAnswers.set(socket, response))
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {})
    // A client that does not wait for an answer would find it among the frames.
    if (lastAnswers.get(socket)?.writableFinished === false) socket.destroy()
    else upgrade(request, socket, head)
  })
}

/**
 * Classes whose objects are requests and answers of the application from the start. Express changes the prototype of
 * those that are not, after which neither Node's code nor Express' is as fast with them.
 */
function messagesOf(app: Express) {
  class Request extends IncomingMessage {}
  class Response extends ServerResponse {}
  Object.setPrototypeOf(Request.prototype, app.request)
  Object.setPrototypeOf(Response.prototype, app.response)
  Object.assign(app, { request: Request.prototype, response: Response.prototype })
  return { IncomingMessage: Request, ServerResponse: Response }
}

/** How often requests and answers that take too long are looked for. */
function checkIntervalMs(timeoutMs: number): number {
  return Math.min(timeoutMs / 4, 5_000)
}
