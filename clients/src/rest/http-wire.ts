import type { WireEvent } from '../core/wire.ts'

const mask = '***'
const secretMembers =
  /("(?:password|accessToken|refreshToken|access_token|client_secret)"\s*:\s*)"(?:[^"\\]|\\.)*"/g

/** A request as it goes over the wire, for people: secrets are masked, a form is told by its length only. */
export function describeRequest(method: string, url: URL, headers: Headers, body: unknown): WireEvent {
  const lines = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    ...headerLines(headers),
  ]
  const text = typeof body === 'string' ? body : body === undefined ? '' : '(a form)'
  return { protocol: 'http', direction: 'sent', text: withBody(lines, text) }
}

/** An answer as it came over the wire, for people. */
export function describeResponse(
  status: number,
  statusText: string,
  headers: Headers,
  text: string,
): WireEvent {
  const lines = [`HTTP/1.1 ${status} ${statusText}`, ...headerLines(headers)]
  return { protocol: 'http', direction: 'received', text: withBody(lines, text) }
}

function headerLines(headers: Headers): string[] {
  return [...headers].map(([name, value]) =>
    name === 'authorization' ? `${name}: ${value.replace(/\S+$/, mask)}` : `${name}: ${value}`,
  )
}

function withBody(lines: readonly string[], body: string): string {
  const masked = body.replace(secretMembers, `$1"${mask}"`)
  return [...lines, ...(masked === '' ? [] : ['', masked])].join('\n')
}
