import type { IncomingMessage } from 'node:http'

/** 16 bytes in base64 (RFC 6455, 4.1, 7). */
const key = /^[A-Za-z0-9+/]{22}==$/

/** Whether a request asks for this protocol; other upgrades are ignored, as RFC 9110, 7.8 lets a server do. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return (headers.upgrade ?? '').split(',').some((protocol) => protocol.trim().toLowerCase() === 'websocket')
}

/** Whether a request is an opening handshake that can be completed (RFC 6455, 4.2.1). */
export function isHandshake(request: IncomingMessage): boolean {
  const { httpVersion, method, headers } = request
  return (
    asksForWebSocket(request) &&
    httpVersion === '1.1' &&
    method === 'GET' &&
    headers['sec-websocket-version'] === '13' &&
    key.test(headers['sec-websocket-key'] ?? '')
  )
}
