import { maskBody, maskValue } from '../core/secrets.ts'
import type { WireNote, WirePart, WireRequest } from '../core/wire.ts'

type Body = string | Uint8Array | FormData | URLSearchParams | undefined

/** A request as it goes over the wire, for people. */
export function describeRequest(method: string, url: URL, headers: Headers, body: Body): WireNote {
  const lines = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    ...headerLines(headers),
  ]
  const described = describeBody(body)
  const request: WireRequest = { method, url: url.href, headers: maskHeaders(headers), body: described }
  const text = withBody(lines, typeof described === 'string' ? described : sizeOf(described))
  return { direction: 'sent', text, request }
}

/** An answer as it came over the wire, for people. */
export function describeResponse(response: Response, body: string): WireNote {
  const { status, statusText, headers } = response
  const text = withBody([`HTTP/1.1 ${status} ${statusText}`, ...headerLines(headers)], maskBody(body))
  return { direction: 'received', text, status }
}

function describeBody(body: Body): WireRequest['body'] {
  if (typeof body === 'string') return maskBody(body)
  if (body instanceof URLSearchParams) return maskBody(body.toString())
  if (body instanceof FormData)
    return [...body].map(
      ([name, value]): WirePart =>
        typeof value === 'string' ? { name, value } : { name, filename: value.name },
    )
  return body
}

function sizeOf(body: Exclude<WireRequest['body'], string>): string {
  if (body === undefined) return ''
  if (body instanceof Uint8Array) return `(${body.length} bytes)`
  return `(a form of ${body.map(({ name }) => name).join(', ')})`
}

function maskHeaders(headers: Headers): (readonly [string, string])[] {
  return [...headers].map(([name, value]) => [name, maskValue(name, value)])
}

function headerLines(headers: Headers): string[] {
  return maskHeaders(headers).map(([name, value]) => `${name}: ${value}`)
}

function withBody(lines: readonly string[], body: string): string {
  return [...lines, ...(body === '' ? [] : ['', body])].join('\n')
}
