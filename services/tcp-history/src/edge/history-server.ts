import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { encodeAnswer, encodeErrorLine } from '@polyservice-lab/contracts/tcp-history'
import { AppError, ReceiveBudget, SendBudget } from '@polyservice-lab/service-kit'
import { Connection } from './connection.ts'
import type { EdgeDeps } from './edge-deps.ts'
import { isDraining, toWire } from './errors.ts'
import { createSharedFrames } from './follower.ts'
import { serveFramed } from './framed-mode.ts'
import { receiveFirst, servePlain } from './plain-mode.ts'

/** Connections over the limit that are told so at the same time; more of them are closed without a word. */
const refusalsMax = 256
/** How long the port stays open after a drain began, so that who connects is told instead of reset, in ms. */
const lastCallMs = 250
/** How late a connection may be closed for its silence, as a part of the time it had, and in ms at most. */
const lateness = { part: 1 / 8, msMax: 500 }
/** Connections that wait to be accepted; the kernel's own limit may be lower. */
const backlog = 4_096
/** A socket that holds a byte is not read on: what a crowd sends waits in the kernel. */
const highWaterMark = 1

/** The protocol port: both modes, the limits on connections, and the drain. */
export class HistoryServer {
  readonly #deps: EdgeDeps
  readonly #server: Server
  readonly #connections = new Set<Connection>()
  /** Connections that are open only to be told why they are not served. */
  #refusals = 0
  #draining = false
  #expiring: NodeJS.Timeout | undefined

  constructor(deps: Omit<EdgeDeps, 'receiveBudget' | 'sendBudget' | 'sharedFrame'>) {
    this.#deps = {
      ...deps,
      receiveBudget: new ReceiveBudget(deps.config.receiveBytesMax),
      sendBudget: new SendBudget(deps.config.sendBytesMax),
      sharedFrame: createSharedFrames(),
    }
    this.#server = createServer({ allowHalfOpen: true, highWaterMark }, (socket) => this.#accept(socket))
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
    const { shutdownTimeoutMs, drainTimeoutMs } = this.#deps.config
    const cutOff = setTimeout(() => this.disconnect(), drainTimeoutMs)
    for (const connection of this.#connections) connection.drain()
    await new Promise((resolve) => setTimeout(resolve, Math.min(lastCallMs, shutdownTimeoutMs / 4)))
    await new Promise((resolve) => this.#server.close(resolve))
    clearTimeout(cutOff)
    clearInterval(this.#expiring)
  }

  #expire(): void {
    const now = performance.now()
    for (const connection of this.#connections) connection.expire(now)
  }

  #accept(socket: Socket): void {
    const { metrics } = this.#deps
    const refusal = this.#refusal()
    if (refusal !== undefined && this.#refusals >= refusalsMax) {
      socket.destroy()
      return
    }
    const connection = new Connection(socket, this.#deps, () => {
      metrics.connections.dec()
      this.#connections.delete(connection)
      if (refusal !== undefined) this.#refusals--
    })
    metrics.connections.inc()
    this.#connections.add(connection)
    if (refusal !== undefined) this.#refusals++
    if (this.#draining) connection.drain()
    const served = refusal === undefined ? this.#serve(connection) : Promise.reject(refusal)
    void served.then(
      () => this.#tell(connection, 'ok'),
      (error) => this.#fail(connection, error),
    )
  }

  /** Why a new connection cannot be served. Those that are being refused themselves do not count. */
  #refusal(): AppError | undefined {
    const { connectionsMax } = this.#deps.config
    if (this.#draining) return isDraining()
    return this.#connections.size - this.#refusals >= connectionsMax
      ? new AppError('unavailable', `there are already ${connectionsMax} connections`, { reason: 'busy' })
      : undefined
  }

  #serve(connection: Connection): Promise<void> {
    return receiveFirst(connection, this.#deps).then((first) => {
      if (first === undefined) return connection.destroy()
      connection.mode = first.mode
      return first.mode === 'plain'
        ? servePlain(connection, first.message, this.#deps)
        : serveFramed(connection, first.rest, this.#deps)
    })
  }

  /** Says what went wrong in the form of the mode; as long as none was chosen, that is a line of plain mode. */
  #fail(connection: Connection, error: unknown): void {
    const { code, text, outcome } = toWire(error)
    if (code === 'internal')
      this.#deps.logger.error({ requestId: connection.id, err: error }, 'unforeseen failure')
    const isTold = connection.end(
      connection.mode === 'framed'
        ? encodeAnswer({ type: 'error', code, text })
        : Buffer.from(encodeErrorLine(code, text)),
    )
    this.#tell(connection, outcome, isTold ? code : undefined)
  }

  /** One line in the log for each connection that was served or refused. */
  #tell({ id, mode, begunAt }: Connection, outcome: 'ok' | ErrorCode, status?: string): void {
    const durationMs = performance.now() - begunAt
    this.#deps.access({ requestId: id, operation: mode, outcome, status, durationMs })
  }
}
