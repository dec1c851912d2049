import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { faults } from './errors.ts'
import { agree } from './permessage-deflate.ts'

/** An HTTP answer instead of an upgrade. */
export interface Refusal {
  readonly code: ErrorCode
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** One line for the person who reads it. */
  readonly line: string
}

/** What the state of the server lets it agree to. */
export interface Admission {
  /** Whose pages may connect; empty is any. */
  readonly origins: ReadonlySet<string>
  /** Why nobody may connect now, if so. */
  readonly closedBecause: string | undefined
}

const retryAfterSeconds = '2'

/** 16 bytes in base64 (RFC 6455, 4.1, 7). */
const key = /^[A-Za-z0-9+/]{22}==$/

/** A list of tokens (RFC 6455, 4.1, 10). */
const protocols = /^[!#$%&'*+\-.^_`|~\w]+([ \t]*,[ \t]*[!#$%&'*+\-.^_`|~\w]+)*$/

/** What a server proves with that it has read the key (RFC 6455, 1.3). */
const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Whether the request asks for this protocol; other upgrades are ignored, as RFC 9110, 7.8 lets a server do. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  const upgrades = (request.headers.upgrade ?? '').toLowerCase().split(',')
  return upgrades.some((protocol) => protocol.trim() === 'websocket')
}

/** Checks an opening handshake (RFC 6455, 4.2.1 and 4.4). Undefined is an agreement. */
export function refusalOf(request: IncomingMessage, admission: Admission): Refusal | undefined {
  const { httpVersionMajor, httpVersionMinor, method, headers } = request
  if (httpVersionMajor !== 1 || httpVersionMinor < 1)
    return refusal('unimplemented', 'A WebSocket handshake is an HTTP/1.1 request.', { status: 505 })
  if (method !== 'GET') {
    const line = 'A WebSocket handshake is a GET request.'
    return refusal('unimplemented', line, { status: 405, headers: { Allow: 'GET' } })
  }
  if (headers.host === undefined) return refusal('invalid_argument', 'Host is missing.')
  if (headers['sec-websocket-version'] !== '13')
    return refusal('unimplemented', 'This server speaks version 13 of the protocol.', upgradeRequired)
  if (!key.test(headers['sec-websocket-key'] ?? ''))
    return refusal('invalid_argument', 'Sec-WebSocket-Key is not 16 bytes in base64.')
  if (!protocols.test(headers['sec-websocket-protocol'] ?? 'none'))
    return refusal('invalid_argument', 'Sec-WebSocket-Protocol is not a list of tokens.')
  if (agree(headers['sec-websocket-extensions']) === 'malformed')
    return refusal('invalid_argument', 'Sec-WebSocket-Extensions is not a list of extensions.')
  if (Number(headers['content-length'] ?? 0) !== 0 || headers['transfer-encoding'] !== undefined)
    return refusal('invalid_argument', 'A WebSocket handshake has no content.')
  if (!originAllowed(headers.origin, admission.origins))
    return refusal('permission_denied', 'Pages of this origin may not connect.')
  if (admission.closedBecause !== undefined)
    return refusal('unavailable', admission.closedBecause, { headers: { 'Retry-After': retryAfterSeconds } })
  return undefined
}

/** The answer to a good handshake (RFC 6455, 4.2.2), as it stands on the wire. */
export function answerTo(request: IncomingMessage, extensions: string | undefined): string {
  const digest = createHash('sha1').update(`${request.headers['sec-websocket-key']}${guid}`).digest('base64')
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${digest}`,
    ...(extensions === undefined ? [] : [`Sec-WebSocket-Extensions: ${extensions}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** The answer to a request for something else than this protocol: how to connect. */
export function plainHttpRefusal(host: string): Refusal {
  const line = `This is a WebSocket server: connect to ws://${host}/ and send a message.`
  return refusal('unimplemented', line, upgradeRequired)
}

const upgradeRequired = {
  status: 426,
  headers: { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' },
}

/** Programs send no Origin; the check keeps foreign web pages from using the visitor's network (RFC 6455, 10.2). */
function originAllowed(origin: string | undefined, origins: ReadonlySet<string>): boolean {
  return origins.size === 0 || origin === undefined || origins.has(origin)
}

/** @param http what HTTP has a word of its own for */
function refusal(
  code: ErrorCode,
  line: string,
  http: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): Refusal {
  const headers = {
    ...http.headers,
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  }
  return { code, status: http.status ?? faults[code].status, headers, line }
}
