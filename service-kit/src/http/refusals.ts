import { randomUUID } from 'node:crypto'
import { type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ServiceDeps } from '../run-service.ts'
import type { ToWire } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { HttpError } from './http-error.ts'

/** How long an answer that ends its connection may take to arrive. */
const lingerMs = 1_000

const malformed = new HttpError(400, 'Invalid HTTP request received.')
const tunnel = new HttpError(405, 'Method Not Allowed', { Allow: '' })
const clientErrors: Readonly<Record<string, HttpError>> = {
  HPE_HEADER_OVERFLOW: new HttpError(431, 'Request Header Fields Too Large'),
  ERR_HTTP_REQUEST_TIMEOUT: new HttpError(408, 'Request Timeout'),
}

/** Answers what is no HTTP, does not arrive in time or asks for a tunnel, and ends its connection. */
export function refuseWhatIsNoRequest(server: Server, toWire: ToWire, { access }: ServiceDeps): void {
  /** The answer that is being made on a connection, or was the last. */
  const answers = new WeakMap<Duplex, ServerResponse & { readonly locals?: Partial<Exchange> }>()
  server.on('request', ({ socket }, response) => answers.set(socket, response))

  function refuse(socket: Duplex, error: HttpError): void {
    const last = answers.get(socket)
    const begun = last?.writableFinished === false ? last : undefined
    if (!socket.writable || begun?.headersSent === true) {
      socket.destroy()
      return
    }
    const { status, body, headers, contentType = 'application/json' } = toWire(error)
    const requestId = begun?.locals?.requestId ?? randomUUID()
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
    if (begun?.locals === undefined)
      access({ requestId, operation: 'unparsed', outcome: error.code, status, durationMs: 0 })
    else {
      // Its own access line follows when the connection has ended.
      begun.statusCode = status
      begun.locals.outcome = error.code
    }
  }

  server.on('connect', (_request, socket) => refuse(socket, tunnel))
  server.on('clientError', (cause: Error & { readonly code?: string }, socket) =>
    refuse(socket, clientErrors[cause.code ?? ''] ?? malformed),
  )
}
