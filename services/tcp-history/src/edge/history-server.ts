import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { ReceiveBudget } from '@polyservice-lab/service-kit'
import { Connection, ConnectionClosed } from './connection.ts'
import type { EdgeDeps } from './edge-deps.ts'
import { type WireError, wireErrorOf } from './errors.ts'
import { SharedFrames } from './follower.ts'
import { serveFramed } from './framed-mode.ts'
import { receiveFirst, refuse, servePlain } from './plain-mode.ts'
import { SendBudget } from './send-budget.ts'

/** Connections over the limit that are told so at the same time; more of them are closed without a word. */
const refusalsMax = 256
/** How long the port stays open after a drain began, so that who connects is told instead of reset, in ms. */
const lastCallMs = 250
/** How late a connection may be closed for its silence, as a part of the time it had, and in ms at most. */
const lateness = { part: 1 / 8, msMax: 500 }
/** Connections that wait to be accepted; the kernel's own limit may be lower. */
const backlog = 4_096

const draining: WireError = { code: 'draining', text: 'the server is about to stop' }

/** The protocol port: both modes, the limits on connections, and the drain. */
export class HistoryServer {
  readonly #deps: EdgeDeps
  readonly #server: Server
  readonly #sendBudget: SendBudget
  readonly #connections = new Set<Connection>()
  /** Connections that are open only to be told why they are not served. */
  #refusals = 0
  #draining = false
  #expiring: NodeJS.Timeout | undefined

  constructor(deps: Omit<EdgeDeps, 'receiveBudget' | 'sharedFrames'>) {
    this.#sendBudget = new SendBudget(deps.config.sendBytesMax)
    const receiveBudget = new ReceiveBudget(deps.config.receiveBytesMax)
    this.#deps = { ...deps, receiveBudget, sharedFrames: new SharedFrames() }
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket))
  }

  /** Resolves when the port is bound; a bind error rejects. */
  async listen(): Promise<void> {
    const { host, port, idleTimeoutMs, sendTimeoutMs } = this.#deps.config
    this.#server.listen({ host, port, backlog })
    await once(this.#server, 'listening')
    const latenessMs = Math.min(lateness.part * Math.min(idleTimeoutMs, sendTimeoutMs), lateness.msMax)
    this.#expiring = setInterval(() => this.#expire(), latenessMs).unref()
    this.#server.on('error', (error) => this.#deps.logger.error({ err: error }, 'cannot accept'))
  }

  /** Closes all connections at once. */
  disconnect(): void {
    for (const connection of this.#connections) connection.destroy()
  }

  /** Finishes what has begun, tells the others `draining`, and closes the port; whoever is left is cut off. */
  async drain(): Promise<void> {
    if (!this.#server.listening) return
    this.#draining = true
    const { shutdownTimeoutMs } = this.#deps.config
    const cutOff = setTimeout(() => this.disconnect(), shutdownTimeoutMs * 0.8)
    for (const connection of this.#connections) connection.drain()
    await new Promise((resolve) => setTimeout(resolve, Math.min(lastCallMs, shutdownTimeoutMs / 4)))
    this.#server.close()
    await Promise.all(Array.from(this.#connections, (connection) => connection.closed))
    clearTimeout(cutOff)
    clearInterval(this.#expiring)
  }

  #expire(): void {
    const now = performance.now()
    for (const connection of this.#connections) connection.expire(now)
  }

  #accept(socket: Socket): void {
    const { config, metrics, logger } = this.#deps
    const refusal = this.#refusal()
    if (refusal !== undefined && this.#refusals >= refusalsMax) {
      socket.destroy()
      return
    }
    const connection = new Connection(socket, {
      sendTimeoutMs: config.sendTimeoutMs,
      sendBudget: this.#sendBudget,
      metrics,
      logger,
    })
    metrics.connections.inc()
    this.#connections.add(connection)
    if (refusal !== undefined) this.#refusals++
    void connection.closed.then(() => {
      metrics.connections.dec()
      this.#connections.delete(connection)
      if (refusal !== undefined) this.#refusals--
    })
    if (this.#draining) connection.drain()
    if (refusal !== undefined) refuse(connection, refusal)
    else
      this.#serve(connection).catch((error: unknown) => {
        if (error instanceof ConnectionClosed) connection.destroy()
        else refuse(connection, wireErrorOf(error, logger))
      })
  }

  /** Why a new connection cannot be served. Those that are being refused themselves do not count. */
  #refusal(): WireError | undefined {
    const { connectionsMax } = this.#deps.config
    if (this.#draining) return draining
    return this.#connections.size - this.#refusals >= connectionsMax
      ? { code: 'busy', text: `there are already ${connectionsMax} connections` }
      : undefined
  }

  async #serve(connection: Connection): Promise<void> {
    const first = await receiveFirst(connection, this.#deps)
    if (first === 'silent') connection.destroy()
    else if (first === 'draining') refuse(connection, draining)
    else if (first.mode === 'plain') await servePlain(connection, first.message, this.#deps)
    else await serveFramed(connection, first.rest, this.#deps)
  }
}
