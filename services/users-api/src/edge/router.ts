import type { IncomingMessage } from 'node:http'
import { HttpError } from './errors.ts'
import { decodePath, encodeLocation, encodePath, pathMatcher } from './paths.ts'

export interface Endpoint {
  readonly method: string
  /** A pattern of paths, as `pathMatcher` takes it. */
  readonly path: string
}

/** What HTTP says about a request before anybody handles it. */
export type Resolution<E extends Endpoint> =
  | { readonly kind: 'endpoint'; readonly endpoint: E; readonly params: ReadonlyMap<string, string> }
  | { readonly kind: 'options'; readonly allow: string }
  | { readonly kind: 'redirect'; readonly location: string }

const noParams: ReadonlyMap<string, string> = new Map()

/**
 * Finds the endpoint of a request: the first of its path and method. A trailing slash too many or too few is
 * redirected, and OPTIONS tells the methods of the path. The URL of the request goes on in its one canonical spelling.
 * The result throws HttpError: 404, 405 with Allow.
 */
export function createRouter<E extends Endpoint>(
  endpoints: readonly E[],
): (request: IncomingMessage) => Resolution<E> {
  const matchers = endpoints.map((endpoint) => ({ endpoint, match: pathMatcher(endpoint.path) }))
  function matchesOf(path: string) {
    const segments = path.split('/')
    return matchers.flatMap(({ endpoint, match }) => {
      const params = match(segments)
      return params === undefined ? [] : [{ endpoint, params }]
    })
  }
  // Paths without parameters are few and asked for often.
  const fixed = new Map(
    endpoints
      .filter(({ path }) => !/[{*]/.test(path))
      .map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint]),
  )

  return (request) => {
    const { method = 'GET', url = '/' } = request
    const question = url.indexOf('?')
    const written = question < 0 ? url : url.slice(0, question)
    const known = fixed.get(`${method} ${written}`)
    if (known !== undefined) return { kind: 'endpoint', endpoint: known, params: noParams }

    const query = url.slice(written.length)
    const path = decodePath(written)
    const matches = matchesOf(path)
    if (matches.length === 0) return { kind: 'redirect', location: otherSpelling(request, path) + query }
    const methods = matches.map(({ endpoint }) => endpoint.method)
    const allow = allowed(methods)
    if (method === 'OPTIONS') return { kind: 'options', allow }
    const asked = method === 'HEAD' ? 'GET' : method
    const match = matches.find(({ endpoint }) => endpoint.method === asked)
    if (match === undefined) throw new HttpError(405, 'Method Not Allowed', { Allow: allow })
    if (path !== written) request.url = encodePath(path) + query
    return { kind: 'endpoint', ...match }
  }

  /** The path with the slash at its end that it lacks, or without those that it has, where that is a path of ours. */
  function otherSpelling({ headers }: IncomingMessage, path: string): string {
    const other = path.endsWith('/') ? path.replace(/\/+$/, '') : `${path}/`
    if (matchesOf(other).length === 0) throw new HttpError(404, 'Not Found')
    return encodeLocation((headers.host === undefined ? '' : `http://${headers.host}`) + other)
  }
}

function allowed(methods: readonly string[]): string {
  return [...new Set(['OPTIONS', ...methods, ...(methods.includes('GET') ? ['HEAD'] : [])])].sort().join(', ')
}
