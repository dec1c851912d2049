import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Fault, FaultInput, Protocol } from './fault.ts'
import { FaultSet } from './fault-set.ts'
import { createFraming } from './framing.ts'
import { ProxiedConnection } from './proxied-connection.ts'
import { parseFaults } from './proxy-plan.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** Something that happened in the proxy. */
export interface ProxyEvent {
  /** ms since the proxy started */
  readonly at: number
  /** Counted from 1; 0 where it is about no connection. */
  readonly connection: number
  readonly what: 'faults' | 'open' | 'fault' | 'close' | 'error'
  /** Of a `fault`: which. */
  readonly kind?: Fault['kind']
  readonly text: string
}

export interface FaultProxyOptions {
  /** Where the server is; a function is asked for each connection, for servers that move. */
  readonly upstream: Address | (() => Promise<Address> | Address)
  /** What is told apart in the bytes. Default: tcp, chunks as they come. */
  readonly protocol?: Protocol
  readonly faults?: readonly FaultInput[]
  /** Default: a free port of 127.0.0.1. */
  readonly listen?: Address
  readonly onEvent?: (event: ProxyEvent) => void
}

/** A TCP proxy that does harm on request. Disposing it resets what is open. */
export interface FaultProxy extends Address, AsyncDisposable {
  /** All that happened, oldest first. */
  readonly log: readonly ProxyEvent[]
  /** Connections that are open now. */
  readonly connections: number
  /** From now on these faults hold, and no other; their counts begin anew. @throws for faults that cannot be had */
  setFaults(faults: readonly FaultInput[]): void
  /** Lifts all faults. */
  clear(): void
  /** Ends all open connections. */
  drop(how?: 'fin' | 'reset'): void
}

/** Starts a proxy. @throws PlanError for faults that cannot be had; Error when the port is taken */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new RunningProxy(options)
  await proxy.start(options.listen ?? { host: '127.0.0.1', port: 0 })
  return proxy
}

class RunningProxy implements FaultProxy {
  readonly log: ProxyEvent[] = []
  host = ''
  port = 0
  readonly #options: FaultProxyOptions
  readonly #protocol: Protocol
  readonly #begun = performance.now()
  readonly #server = createServer(
    { allowHalfOpen: true, noDelay: true },
    (socket) => void this.#serve(socket),
  )
  readonly #open = new Set<ProxiedConnection>()
  #accepted = 0
  #faults: FaultSet

  constructor(options: FaultProxyOptions) {
    this.#options = options
    this.#protocol = options.protocol ?? 'tcp'
    this.#faults = this.#faultSet(options.faults ?? [])
  }

  async start({ host, port }: Address): Promise<void> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
    this.host = host
    this.port = (this.#server.address() as AddressInfo).port
  }

  get connections(): number {
    return this.#open.size
  }

  setFaults(faults: readonly FaultInput[]): void {
    const before = this.#faults
    this.#faults = this.#faultSet(faults)
    before.lift()
    const kinds = faults.map(({ kind }) => kind).join(', ')
    this.#tell({ connection: 0, what: 'faults', text: kinds === '' ? 'all lifted' : `set: ${kinds}` })
  }

  clear(): void {
    this.setFaults([])
  }

  drop(how: 'fin' | 'reset' = 'reset'): void {
    for (const connection of this.#open) connection.end(how)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#faults.lift()
    this.drop()
    await closed
  }

  #faultSet(faults: readonly FaultInput[]): FaultSet {
    return new FaultSet(parseFaults(faults, this.#protocol), (connection, kind, text) =>
      this.#tell({ connection, what: 'fault', kind, text }),
    )
  }

  async #serve(client: Socket): Promise<void> {
    this.#accepted += 1
    const number = this.#accepted
    // Every fault of a socket is told by the connection that it is part of.
    client.on('error', () => {})
    const ending = this.#faults.accept(number)
    if (ending === 'reset') client.resetAndDestroy()
    else if (ending === 'fin') client.end().resume()
    if (ending !== undefined) return
    try {
      const { host, port } = await this.#upstream()
      const server = connect({ host, port, allowHalfOpen: true, noDelay: true })
      await once(server, 'connect')
      server.on('error', () => {})
      await this.#join(number, client, server)
    } catch (error) {
      this.#tell({
        connection: number,
        what: 'error',
        text: `the server is out of reach: ${describe(error)}`,
      })
      client.resetAndDestroy()
    }
  }

  async #join(number: number, client: Socket, server: Socket): Promise<void> {
    this.#tell({ connection: number, what: 'open', text: `from port ${client.remotePort}` })
    const framing = createFraming(this.#protocol)
    const connection = new ProxiedConnection({ number, client, server, framing, faults: () => this.#faults })
    this.#open.add(connection)
    const error = await connection.run()
    this.#open.delete(connection)
    if (error !== undefined) this.#tell({ connection: number, what: 'error', text: describe(error) })
    const { bytes } = connection
    this.#tell({
      connection: number,
      what: 'close',
      text: `${bytes.server} bytes to the server, ${bytes.client} to the client`,
    })
  }

  #upstream(): Promise<Address> | Address {
    const { upstream } = this.#options
    return typeof upstream === 'function' ? upstream() : upstream
  }

  #tell(event: Omit<ProxyEvent, 'at'>): void {
    const told = { at: performance.now() - this.#begun, ...event }
    this.log.push(told)
    this.#options.onEvent?.(told)
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message || String((error as { code?: unknown }).code) : String(error)
}

/** An event in one line, for people. */
export function formatEvent({ at, connection, what, kind, text }: ProxyEvent): string {
  const who = connection === 0 ? '' : `#${connection} `
  return `${(at / 1000).toFixed(3).padStart(8)} s  ${who}${what === 'fault' ? `FAULT ${kind}` : what}: ${text}`
}
