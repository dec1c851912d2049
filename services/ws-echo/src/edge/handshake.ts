import type { IncomingMessage } from 'node:http'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { AppError } from '@polyservice-lab/service-kit/app-error'

/** What the state of the server lets it agree to. */
export interface Admission {
  /** Whose pages may connect; empty is any. */
  readonly origins: ReadonlySet<string>
  /** Why nobody may connect now, if so. */
  readonly closedBecause: string | undefined
}

/** A request that does not become a WebSocket. */
export class Refusal extends AppError {
  /** What HTTP has a status of its own for. */
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ErrorCode, line: string, http: Partial<Pick<Refusal, 'status' | 'headers'>> = {}) {
    super(code, line)
    this.status = http.status
    this.headers = { Connection: 'close', ...http.headers }
  }
}

const upgradeHeaders = {
  Connection: 'Upgrade, close',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
}

const retryAfterSeconds = '2'

/** 16 bytes in base64 (RFC 6455, 4.1, 7). */
const key = /^[A-Za-z0-9+/]{22}==$/

const token = "[!#$%&'*+\\-.^_`|~\\w]+"
const tokenPattern = new RegExp(`^${token}$`)
const extensionPattern = new RegExp(
  `^${token}([ \\t]*;[ \\t]*${token}([ \\t]*=[ \\t]*(${token}|"${token}"))?)*$`,
)

/** An offer that this server can take up (RFC 7692, 7.1); zlib has no raw window of 2^8 bytes. */
const deflateOffer =
  /^permessage-deflate(\s*;\s*((server|client)_no_context_takeover|server_max_window_bits\s*=\s*"?(9|1[0-5])"?|client_max_window_bits(\s*=\s*"?([89]|1[0-5])"?)?))*$/

/** Whether the request asks for this protocol; other upgrades are ignored, as RFC 9110, 7.8 lets a server do. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return listOf(headers.upgrade).some((protocol) => protocol.toLowerCase() === 'websocket')
}

/** Checks an opening handshake (RFC 6455, 4.2.1 and 4.4). Undefined is an agreement. */
export function refusalOf(request: IncomingMessage, admission: Admission): Refusal | undefined {
  const { httpVersion, method, headers } = request
  if (httpVersion !== '1.1')
    return new Refusal('unimplemented', 'A WebSocket handshake is an HTTP/1.1 request.', { status: 505 })
  if (method !== 'GET') {
    const line = 'A WebSocket handshake is a GET request.'
    return new Refusal('unimplemented', line, { status: 405, headers: { Allow: 'GET' } })
  }
  if (headers.host === undefined) return new Refusal('invalid_argument', 'Host is missing.')
  if (!listOf(headers.connection).some((option) => option.toLowerCase() === 'upgrade'))
    return upgradeRequired('Connection: Upgrade is missing.')
  if (headers['sec-websocket-version'] !== '13')
    return upgradeRequired('This server speaks version 13 of the protocol.')
  const fault = headerFault(request)
  if (fault !== undefined) return new Refusal('invalid_argument', fault)
  if (!originAllowed(headers.origin, admission.origins))
    return new Refusal('permission_denied', 'Pages of this origin may not connect.')
  if (admission.closedBecause === undefined) return undefined
  return new Refusal('unavailable', admission.closedBecause, {
    headers: { 'Retry-After': retryAfterSeconds },
  })
}

/** The answer to what is no handshake. */
export function upgradeRequired(line: string): Refusal {
  return new Refusal('unimplemented', line, { headers: upgradeHeaders })
}

function headerFault({ headers }: IncomingMessage): string | undefined {
  const protocols = listOf(headers['sec-websocket-protocol'])
  if (!key.test(headers['sec-websocket-key'] ?? '')) return 'Sec-WebSocket-Key is not 16 bytes in base64.'
  if (!protocols.every((name) => tokenPattern.test(name)) || new Set(protocols).size < protocols.length)
    return 'Sec-WebSocket-Protocol is not a list of different tokens.'
  if (!listOf(headers['sec-websocket-extensions']).every((offer) => extensionPattern.test(offer)))
    return 'Sec-WebSocket-Extensions is not a list of extensions.'
  if (Number(headers['content-length'] ?? 0) !== 0 || headers['transfer-encoding'] !== undefined)
    return 'A WebSocket handshake has no content.'
  return undefined
}

/**
 * Leaves in a handshake what ws can read: the library refuses empty elements of lists (RFC 9110, 5.6.1.2, allows them),
 * and with one offer of compression that it cannot take up, all of them (RFC 7692, 5.1, declines that one).
 */
export function normalize({ headers }: IncomingMessage): void {
  headers.upgrade = 'websocket'
  headers['sec-websocket-protocol'] = listOf(headers['sec-websocket-protocol']).join() || undefined
  headers['sec-websocket-extensions'] = listOf(headers['sec-websocket-extensions']).find(isDeflateOffer)
}

function isDeflateOffer(offer: string): boolean {
  const names = offer.split(';').map((parameter) => parameter.split('=', 1)[0]?.trim())
  return deflateOffer.test(offer) && new Set(names).size === names.length
}

/** Programs send no Origin; the check keeps foreign web pages from using the visitor's network (RFC 6455, 10.2). */
function originAllowed(origin: string | undefined, origins: ReadonlySet<string>): boolean {
  return origins.size === 0 || origin === undefined || origins.has(origin)
}

/** The elements of a list in a header; empty ones do not count (RFC 9110, 5.6.1.2). */
function listOf(header = ''): string[] {
  return header
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '')
}
