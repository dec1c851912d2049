import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Logger, Metrics } from '@polyservice-lab/service-kit'
import cors from 'cors'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import helmet from 'helmet'
import { answerOfError, sendJson } from './answer.ts'
import { basePath } from './base-path.ts'
import { discardRest } from './body.ts'
import { observeRequests } from './observe-requests.ts'
import { type Page, servePage } from './openapi/docs-pages.ts'
import { pathGuard } from './path-guard.ts'
import type { Route } from './route.ts'
import type { RouteRunner } from './run-route.ts'

export interface HttpAppOptions {
  readonly routes: readonly Route[]
  readonly runRoute: RouteRunner
  readonly pages: readonly Page[]
  /** Serves what is below /static/. */
  readonly staticFiles: RequestHandler
  readonly corsOrigins: readonly string[]
  /** How much of a body is read on after a failure was found in it. */
  readonly discardBytesMax: number
  readonly logger: Logger
  readonly metrics: Metrics
}

/** The HTTP application: what holds for every request, then the routes, the pages and the stored files. */
export function createHttpApp(options: HttpAppOptions): RequestListener {
  const { routes, runRoute, pages, staticFiles, corsOrigins } = options
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.enable('case sensitive routing').enable('strict routing')
  app.use(observeRequests(options))
  app.use(securityHeaders())
  if (corsOrigins.length > 0) {
    const origin = corsOrigins.includes('*') ? '*' : [...corsOrigins]
    app.use(cors({ origin, preflightContinue: true, exposedHeaders: ['X-Request-Id'] }))
  }
  app.use(
    pathGuard([
      ...pages.map(({ path }) => ({ method: 'GET', path })),
      { method: 'GET', path: '/static/*' },
      ...routes.map(({ method, path }) => ({ method, path: basePath + path })),
    ]),
  )
  for (const route of routes) {
    const method = route.method.toLowerCase() as Lowercase<typeof route.method>
    app[method](basePath + route.path.replaceAll(/\{(\w+)\}/g, ':$1'), runner(route, runRoute))
  }
  for (const page of pages) app.get(page.path, servePage(page))
  app.use('/static', staticFiles)
  app.use(errorAnswer(options))
  return app
}

/**
 * Helmet's headers; those that only make sense behind TLS are left to whoever ends it. They are the same on every
 * answer: helmet is asked once.
 */
function securityHeaders(): RequestHandler {
  const setHeaders = helmet({
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    strictTransportSecurity: false,
  })
  const request = new IncomingMessage(new Socket())
  const sample = new ServerResponse(request)
  setHeaders(request, sample, () => {})
  const headers = new Map(Object.entries(sample.getHeaders()).map(([name, value]) => [name, String(value)]))
  return (_request, response, next) => {
    response.setHeaders(headers)
    next()
  }
}

function runner(route: Route, runRoute: RouteRunner): RequestHandler {
  return async (request, response) => {
    response.locals['operation'] = route.operationId
    const params = new Map(Object.entries(request.params).map(([name, value]) => [name, String(value)]))
    const query = new URLSearchParams(request.url.split('?').slice(1).join('?'))
    sendJson(response, { status: 200, body: await runRoute(route, request, params, query) })
  }
}

function errorAnswer({ logger, discardBytesMax }: HttpAppOptions): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const answer = answerOfError(error)
    const { requestId, operation } = response.locals
    // A client that went away is no fault of ours, and hears no answer.
    if (answer === undefined && !request.socket.destroyed)
      logger.error({ err: error, requestId, operation }, 'failed')
    discardRest(request, discardBytesMax)
    if (response.headersSent) response.destroy()
    else sendJson(response, answer ?? { status: 500, body: { detail: 'Internal Server Error' } })
  }
}
