import type { Request, RequestHandler } from 'express'
import { HttpError } from './http-error.ts'

/** An authority without a user (RFC 3986, 3.2). */
const authority = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i
/** A target in absolute form (RFC 9112, 3.2.2), which clients send to proxies. */
const absolute = /^https?:\/\/([^/?#]*)/i
/** A path and query of printable ASCII without an escape. */
const plain = /^\/[!-$&-~]*$/

/**
 * Refuses a head that HTTP forbids, and writes its target in the one spelling that routes see.
 * RFC 9112, 3.2: an HTTP/1.1 request has one Host line, and it names a host; RFC 9110, 10.1.1: only one expectation is known.
 */
export const checkHead: RequestHandler = (request, response, next) => {
  const { headers, url } = request
  if (!plain.test(url)) request.url = canonicalTarget(withoutAuthority(request))
  if (countHosts(request) > 1 || (headers.host === undefined && request.httpVersion === '1.1'))
    throw new HttpError(400, 'A request has one Host header')
  const { host } = request
  // Ports and IP addresses have bounds that URLs know.
  if (host && !(authority.test(host) && URL.canParse(`http://${host}`)))
    throw new HttpError(400, 'The Host header does not name a host')
  if (headers.expect === undefined) return next()
  // Nobody knows whether the body follows an answer that comes in place of 100.
  response.shouldKeepAlive = false
  if (headers.expect.toLowerCase() !== '100-continue') throw new HttpError(417, 'Expectation Failed')
  next()
}

/**
 * What the URLs of the server begin with for the client of a request: scheme and host that it was sent to, or that a trusted
 * proxy tells. Undefined where HTTP/1.0 names no host.
 */
export function originOf({ host, protocol }: Request): string | undefined {
  return host ? `${protocol === 'https' ? 'https' : 'http'}://${host}` : undefined
}

/** The host of a target in absolute form takes the place of the header. */
function withoutAuthority(request: Request): string {
  const [scheme, host] = absolute.exec(request.url) ?? []
  if (scheme === undefined || host === undefined) return request.url
  request.headers.host = host
  const target = request.url.slice(scheme.length)
  return target.startsWith('/') ? target : `/${target}`
}

/** Node keeps the first of several. */
function countHosts({ rawHeaders }: Request): number {
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.length === 4 && rawHeaders[i]?.toLowerCase() === 'host') hosts++
  return hosts
}

/**
 * Each escaped byte of the path is decoded once and what a URI cannot hold is encoded again, so that %2F separates like a
 * slash does; what is not UTF-8 becomes U+FFFD, and an escape that is none stands for itself.
 */
function canonicalTarget(target: string): string {
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  return encodePath(decodePath(path)) + target.slice(path.length)
}

function decodePath(path: string): string {
  return path.replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
  )
}

/** Leaves the characters that a path is made of (RFC 3986, 3.3), with those that clients of old leave as well. */
function encodePath(path: string): string {
  return path.toWellFormed().replace(/[^A-Za-z0-9\-._~:@!$&'()*+,;=[\]/]/gu, encodeURIComponent)
}
