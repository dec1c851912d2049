import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { codeOfHttpStatus } from '@polyservice-lab/contracts/errors'
import { requestIdOf } from '../request-id.ts'
import type { ServiceDeps } from '../run-service.ts'
import type { HttpAnswer } from './answer.ts'

/** Answers a request that asked for another protocol and does not get it, and ends its connection. */
export function refuseUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  { status, headers, contentType = 'application/json', body }: HttpAnswer,
  { access }: ServiceDeps,
): void {
  const requestId = requestIdOf(request)
  const lines = Object.entries({
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
    'X-Request-Id': requestId,
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
  socket.once('finish', () => socket.destroy())
  const outcome = codeOfHttpStatus[status] ?? 'internal'
  access({ requestId, operation: 'handshake', outcome, status, durationMs: 0 })
}
