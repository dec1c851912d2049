import type { ClientRequest, IncomingMessage } from 'node:http'
import { maskValue } from '../core/secrets.ts'

const excerptLength = 200

/** A frame as a person would want to read it: kind, sizes, the beginning of its text. */
export function describeMessage(payload: Uint8Array, isBinary: boolean, masked: boolean): string {
  const size = payload.length + headerLength(payload.length) + (masked ? 4 : 0)
  const sizes = `${payload.length} bytes of payload, ${size} on the wire${masked ? ', masked' : ''}`
  const text = isBinary ? '' : `\n${excerpt(new TextDecoder().decode(payload))}`
  return `${isBinary ? 'binary' : 'text'} frame: ${sizes}${text}`
}

/** A close frame: its code and reason (RFC 6455, 7.4). */
export function describeClose(code: number, reason: string): string {
  return reason === '' ? `close frame: ${code}` : `close frame: ${code} ${reason}`
}

/** The request that opens a WebSocket, as it stands on the wire. */
export function describeRequest(request: ClientRequest): string {
  const headers = Object.entries(request.getHeaders()).map(
    ([name, value]) => `${name}: ${maskValue(name, String(value))}`,
  )
  return [`${request.method} ${request.path} HTTP/1.1`, ...headers].join('\n')
}

/** The answer to it. */
export function describeResponse({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const headers = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1]}`] : []))
  return [`HTTP/1.1 ${statusCode} ${statusMessage}`, ...headers].join('\n')
}

function headerLength(payloadLength: number): number {
  if (payloadLength <= 125) return 2
  return payloadLength <= 0xff_ff ? 4 : 10
}

function excerpt(text: string): string {
  return text.length <= excerptLength ? text : `${text.slice(0, excerptLength)}…`
}
