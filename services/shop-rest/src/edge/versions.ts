import { HttpError } from '@polyservice-lab/service-kit/http'
import type { Request, RequestHandler } from 'express'

export type Version = 'v1' | 'v2'

/** 2026-01-01 (RFC 9745), and the day on which version 1 ends (RFC 8594). */
const deprecation = '@1767225600'
const sunset = 'Fri, 01 Jan 2027 00:00:00 GMT'

const usersPath = /^(?:\/api\/v1)?\/users(?:\/([^/]+))?$/
const patchable = /^(?:\/api\/v2)?\/(?:users|orders)\/[^/]+$/
const namesVersion2 = /application\/vnd\.shop\.v2\+(?:json|xml|yaml)(?![^\s,;])/i
/** Parameters of a media range other than its weight, which no representation has. */
const parameters = /;\s*(?!q=)[^;,=\s]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^;,]*)/gi
export const mergePatchTypes = 'application/merge-patch+json, application/json'

/** The path of a request as it was sent, without the query. */
export function pathOf({ originalUrl }: Request): string {
  return originalUrl.split('?', 1)[0] ?? '/'
}

/** Below /users without a version, Accept decides; what has no version is version 2. */
export function versionOf(request: Request): Version {
  const path = pathOf(request)
  if (path === '/auth' || path === '/api/v1' || path.startsWith('/api/v1/')) return 'v1'
  if (!usersPath.test(path)) return 'v2'
  return namesVersion2.test(request.headers.accept ?? '') ? 'v2' : 'v1'
}

/** Sets the headers that every answer of a path has, errors included, and writes Accept in the form that is matched. */
export const prepare: RequestHandler = (request, response, next) => {
  const { accept } = request.headers
  if (accept !== undefined) request.headers.accept = accept.replace(parameters, '').trim() || '*/*'
  response.vary('Accept')
  const path = pathOf(request)
  const version = versionOf(request)
  const [isUsers, id = ''] = usersPath.exec(path) ?? []
  if (version === 'v1' && isUsers !== undefined) {
    const successor = /^\d{1,16}$/.test(id) ? `/api/v2/users/${id}` : '/api/v2/users'
    response.setHeader('Deprecation', deprecation)
    response.setHeader('Sunset', sunset)
    response.setHeader('Link', `<${successor}>; rel="successor-version"`)
  }
  if (request.method === 'OPTIONS' && version === 'v2' && patchable.test(path))
    response.setHeader('Accept-Patch', mergePatchTypes)
  // A slash within a segment is part of a name that nothing has, and separates no segments.
  if (/%2f/i.test(path)) throw new HttpError(404, 'Not Found')
  next()
}
