import type { IncomingMessage } from 'node:http'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { AppError } from '@polyservice-lab/service-kit/app-error'

export const plainPaths: readonly string[] = ['/', '/ws']
export const enginePath = '/socket.io/'

/** A request that is not served; `message` is the body of its answer. */
export class Refusal extends AppError {
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ErrorCode, line: string, headers: Readonly<Record<string, string>> = {}) {
    super(code, line)
    this.headers = { Connection: 'close', ...headers }
  }
}

/** What the state of the server lets it agree to. */
export interface Admission {
  /** Whose pages may connect; empty is any. */
  readonly origins: ReadonlySet<string>
  /** In a word, why nobody may connect now, if so. */
  readonly closedBecause: string | undefined
}

export function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/'
}

/** 16 bytes in base64 (RFC 6455, 4.1, 7). */
const key = /^[A-Za-z0-9+/]{22}==$/

/** Checks an opening handshake (RFC 6455, 4.2.1). Undefined is an agreement; Engine.IO refuses by itself who comes too many. */
export function refusalOf(request: IncomingMessage, admission: Admission): Refusal | undefined {
  const { httpVersion, method, headers } = request
  const path = pathOf(request)
  if (!plainPaths.includes(path) && path !== enginePath) return notFound(path)
  if (httpVersion !== '1.1' || method !== 'GET')
    return new Refusal('invalid_argument', 'A WebSocket handshake is a GET request of HTTP/1.1.')
  if (headers['sec-websocket-version'] !== '13')
    return new Refusal('invalid_argument', 'This server speaks version 13 of the protocol.', {
      'Sec-WebSocket-Version': '13',
    })
  if (!key.test(headers['sec-websocket-key'] ?? ''))
    return new Refusal('invalid_argument', 'Sec-WebSocket-Key is not 16 bytes in base64.')
  if (!originAllowed(request, admission)) return foreignOrigin()
  const { closedBecause } = admission
  if (closedBecause === undefined || path === enginePath) return undefined
  return new Refusal('unavailable', closedBecause, { 'Retry-After': '1' })
}

/** Programs send no Origin; the check keeps foreign web pages from using the visitor's network (RFC 6455, 10.2). */
export function originAllowed({ headers: { origin } }: IncomingMessage, { origins }: Admission): boolean {
  return origins.size === 0 || origin === undefined || origins.has(origin)
}

export function foreignOrigin(): Refusal {
  return new Refusal('permission_denied', 'Pages of this origin may not connect.')
}

export function notFound(path: string): Refusal {
  return new Refusal(
    'not_found',
    `There is nothing at ${path.slice(0, 100)}; connect to /ws or ${enginePath}.`,
  )
}
