import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import type { ServiceDeps } from '../run-service.ts'

/** What a client of HTTP/2 says first (RFC 9113, 3.4). */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** A method of HTTP/1.1, and one that is not whole yet. */
const method = /^[A-Z-]{1,31} /
const beginsMethod = /^[A-Z-]{1,31}$/

const line = 'This port speaks gRPC: HTTP/2 with prior knowledge, not HTTP/1.1.\n'
const http1Answer = [
  'HTTP/1.1 505 HTTP Version Not Supported',
  'Content-Type: text/plain',
  `Content-Length: ${line.length}`,
  'Connection: close',
  '',
  line,
].join('\r\n')

export interface FrontOptions {
  readonly connectionsMax: number
  /** How long a client may take for the handshake of TLS, and for the preface. */
  readonly handshakeTimeoutMs: number
  /** Certificate, key and authorities in PEM; plaintext where it is undefined. */
  readonly tls: Pick<TlsOptions, 'cert' | 'key' | 'ca'> | undefined
}

export interface Front {
  readonly server: Server
  /** All that are open, also those that have said nothing yet. */
  readonly sockets: ReadonlySet<Socket>
}

/**
 * Makes the server whose sockets a gRPC server gets: it bounds them, waits for the preface, and tells clients of HTTP/1.1
 * what is spoken here.
 * @param onClient told of each client that has said the preface, which is still to be read
 */
export function createFront(
  options: FrontOptions,
  { logger, metrics }: ServiceDeps,
  onClient: (socket: Socket) => void,
): Front {
  const { connectionsMax, handshakeTimeoutMs, tls } = options
  const sockets = new Set<Socket>()
  /** Those of which nobody knows whether they are clients. */
  const strangers = new Set<Socket>()
  const server = tls === undefined ? createServer() : createTlsServer(tlsOptions(tls, handshakeTimeoutMs))

  server.on('connection', (socket: Socket) => {
    socket.on('error', (error) => logger.debug({ err: error }, 'connection failed'))
    if (sockets.size >= connectionsMax && !makeRoom()) {
      socket.destroy()
      return
    }
    sockets.add(socket)
    metrics.connections.inc()
    socket.on('close', () => {
      sockets.delete(socket)
      metrics.connections.dec()
    })
    if (tls === undefined) greet(socket)
  })
  server.on('secureConnection', (socket: Socket) => {
    socket.on('error', (error) => logger.debug({ err: error }, 'connection failed'))
    greet(socket)
  })

  /** Who has said nothing for longest makes room for who may have something to say. */
  function makeRoom(): boolean {
    const [stranger] = strangers
    logger.warn(`connection ${stranger ? 'that said nothing closed' : 'refused'}: there are CONNECTIONS_MAX`)
    if (stranger === undefined) return false
    strangers.delete(stranger)
    stranger.destroy()
    return true
  }

  function greet(socket: Socket): void {
    strangers.add(socket)
    socket.on('close', () => strangers.delete(socket))
    awaitPreface(socket, handshakeTimeoutMs, () => {
      strangers.delete(socket)
      onClient(socket)
    })
  }

  return { server, sockets }
}

function tlsOptions(tls: NonNullable<FrontOptions['tls']>, handshakeTimeout: number): TlsOptions {
  const requestCert = tls.ca !== undefined
  return { ...tls, requestCert, rejectUnauthorized: requestCert, ALPNProtocols: ['h2'], handshakeTimeout }
}

function awaitPreface(socket: Socket, timeoutMs: number, onPreface: () => void): void {
  let said: Buffer = Buffer.alloc(0)
  const timer = setTimeout(() => socket.destroy(), timeoutMs)
  const read = () => {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    said = Buffer.concat([said, chunk])
    const isPreface = preface.subarray(0, said.length).equals(said.subarray(0, preface.length))
    const text = said.toString('latin1', 0, 32)
    if ((isPreface && said.length < preface.length) || beginsMethod.test(text)) return
    clearTimeout(timer)
    socket.off('readable', read)
    if (isPreface) {
      socket.unshift(said)
      onPreface()
    } else if (method.test(text)) socket.end(http1Answer).resume()
    else socket.destroy()
  }
  socket.on('readable', read)
  socket.on('close', () => clearTimeout(timer))
}
