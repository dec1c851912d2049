import type { Duplex } from 'node:stream'

type ParseError = Error & { readonly code?: string }

const statuses: Readonly<Record<string, readonly [status: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'Request Timeout'],
}
const malformed = ['400 Bad Request', 'Invalid HTTP request received.'] as const

/** Answers what is no HTTP, and ends its connection. */
export function answerClientError(error: ParseError, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const [status, detail] = statuses[error.code ?? ''] ?? malformed
  const body = JSON.stringify({ detail })
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  )
}
