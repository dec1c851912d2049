import type { RequestHandler } from 'express'
import { HttpError } from './errors.ts'
import { decodePath, encodeLocation, encodePath, pathMatcher } from './paths.ts'

export interface Endpoint {
  readonly method: string
  /** A pattern of paths, as `pathMatcher` takes it. */
  readonly path: string
}

/**
 * What HTTP says about a path before a route sees it: a trailing slash too many or too few is redirected, OPTIONS
 * tells the methods of the path, and another method than those is refused with 405. The URL goes on in its one
 * canonical spelling.
 */
export function pathGuard(endpoints: readonly Endpoint[]): RequestHandler {
  const matchers = endpoints.map(({ method, path }) => ({ method, matches: pathMatcher(path) }))
  function methodsOf(path: string): readonly string[] {
    const segments = path.split('/')
    return matchers.filter(({ matches }) => matches(segments)).map(({ method }) => method)
  }
  // Paths without parameters are few and asked for often: what holds for them is known beforehand.
  const known = new Map(endpoints.map(({ path }) => [path, allowedMethods(methodsOf(path))]))

  return (request, response, next) => {
    const question = request.url.indexOf('?')
    const [written, query] =
      question < 0 ? [request.url, ''] : [request.url.slice(0, question), request.url.slice(question)]
    if (known.get(written)?.has(request.method) === true && request.method !== 'OPTIONS') return next()
    const path = decodePath(written)
    const methods = methodsOf(path)
    if (methods.length === 0) {
      const other = path.endsWith('/') ? path.replace(/\/+$/, '') : `${path}/`
      if (methodsOf(other).length === 0) throw new HttpError(404, 'Not Found')
      const { host } = request.headers
      const origin = host === undefined ? '' : `http://${host}`
      response.writeHead(307, { Location: encodeLocation(origin + other + query), 'Content-Length': 0 })
      response.end()
      return
    }
    const allowed = allowedMethods(methods)
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { Allow: [...allowed].join(', ') }).end()
      return
    }
    if (!allowed.has(request.method))
      throw new HttpError(405, 'Method Not Allowed', { Allow: [...allowed].join(', ') })
    if (path !== written) request.url = encodePath(path) + query
    next()
  }
}

function allowedMethods(methods: readonly string[]): ReadonlySet<string> {
  return new Set(['OPTIONS', ...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].sort())
}
