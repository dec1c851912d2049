import type { RequestHandler } from 'express'

/** A path and query of printable ASCII without an escape. */
const plain = /^\/[!-$&-~]*$/

/** Gives every target one spelling before anything looks at it. */
export const canonicalTargets: RequestHandler = (request, _response, next) => {
  if (!plain.test(request.url)) request.url = canonicalTarget(request.url)
  next()
}

/**
 * A target (RFC 9112, 3.2) in the one spelling that routes see: each escaped byte of its path decoded once and what a URI
 * cannot hold encoded again, so that %2F separates like a slash does; what is not UTF-8 becomes U+FFFD, and an escape
 * that is none stands for itself.
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
