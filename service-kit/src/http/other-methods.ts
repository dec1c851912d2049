import express, { type RequestHandler, type Response } from 'express'
import { HttpError } from './http-error.ts'
import { originOf } from './request-head.ts'

/** A method of a path, as Express writes paths: `/users/:id`. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
}

/**
 * Answers what no operation took: OPTIONS with 204 and 405 with every method of the path, 404 elsewhere; a trailing slash
 * too many or too few is a redirect (307) where the service wants so.
 * @param answersOptions whether OPTIONS is one of the methods of a path
 */
export function answerOtherMethods(
  operations: readonly Operation[],
  redirectsSlashes: boolean,
  answersOptions = true,
): RequestHandler {
  const paths = express.Router({ strict: true, caseSensitive: true })
  for (const [path, same] of Map.groupBy(operations, (operation) => operation.path)) {
    const methods = same.map(({ method }) => method)
    paths.all(path, (_request, response, next) => {
      methodsOf(response).push(...methods)
      next()
    })
  }
  return (request, response, next) => {
    paths(request, response, (error: unknown) => {
      if (error !== undefined) return next(error)
      const methods = methodsOf(response)
      if (methods.length > 0) return answerOther(methods)
      if (!redirectsSlashes) return next(new HttpError(404, 'Not Found'))
      redirect()
    })

    function answerOther(methods: readonly string[]): void {
      const allow = allowed(answersOptions ? ['OPTIONS', ...methods] : methods)
      if (request.method !== 'OPTIONS' || !answersOptions)
        next(new HttpError(405, 'Method Not Allowed', { Allow: allow }))
      else response.writeHead(204, { Allow: allow }).end()
    }

    /** To the path with the slash at its end that it lacks, or without those that it has, where that is a path of ours. */
    function redirect(): void {
      const { url } = request
      const [, path = '', query = ''] = /^([^?]*)(.*)$/s.exec(url) ?? []
      // Never empty: Express takes an empty path past every handler, that of errors as well.
      const other = (path.endsWith('/') ? path.replace(/\/+$/, '') || '/' : `${path}/`) + query
      request.url = other
      paths(request, response, () => {
        request.url = url
        if (other === url || methodsOf(response).length === 0) return next(new HttpError(404, 'Not Found'))
        response.writeHead(307, { Location: (originOf(request) ?? '') + other, 'Content-Length': 0 }).end()
      })
    }
  }
}

function methodsOf(response: Response): string[] {
  response.locals['methods'] ??= []
  return response.locals['methods'] as string[]
}

function allowed(methods: readonly string[]): string {
  return [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : [])])].sort().join(', ')
}
