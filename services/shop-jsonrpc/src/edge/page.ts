import { readFileSync } from 'node:fs'
import { createPage, type Exchange, HttpError } from '@polyservice-lab/service-kit/http'
import type { RequestHandler } from 'express'
import russian from './page-texts.json' with { type: 'json' }

/**
 * Answers GET of a path with the page for people where Accept names HTML before all else; a wildcard does not: programs send
 * one, browsers send both.
 */
export function answersPage(path: string): RequestHandler {
  const page = createPage({ html: readFileSync(new URL('page.html', import.meta.url), 'utf8'), russian })
  return (request, response, next) => {
    if (request.path !== path || !['GET', 'HEAD'].includes(request.method)) return next()
    if (request.accepts()[0]?.toLowerCase() !== 'text/html')
      throw new HttpError(405, 'Method Not Allowed', { Allow: 'POST' })
    const locals = response.locals as Exchange
    locals.operation = 'page'
    page(request, response)
  }
}
