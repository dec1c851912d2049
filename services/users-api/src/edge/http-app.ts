import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { AppError, type Logger, type Metrics } from '@polyservice-lab/service-kit'
import cors from 'cors'
import helmet from 'helmet'
import { answerOfError, sendEmpty, sendJson } from './answer.ts'
import { basePath } from './base-path.ts'
import { discardRest } from './body.ts'
import { createExchanges, type Exchange } from './exchange.ts'
import type { Route } from './route.ts'
import { createRouter } from './router.ts'
import type { RouteRunner } from './run-route.ts'
import { createSite, type SiteOptions, sitePaths } from './site.ts'

export interface HttpAppOptions extends SiteOptions {
  readonly routes: readonly Route[]
  readonly runRoute: RouteRunner
  readonly corsOrigins: readonly string[]
  /** How much of a body is read on after a failure was found in it. */
  readonly discardBytesMax: number
  readonly logger: Logger
  readonly metrics: Metrics
}

/** The HTTP application: what holds for every request, then the routes of the API, or the site around them. */
export function createHttpApp(options: HttpAppOptions): RequestListener {
  const { routes, runRoute, corsOrigins, logger, metrics } = options
  const resolve = createRouter([
    ...sitePaths(options).map((path) => ({ method: 'GET', path, route: undefined })),
    ...routes.map((route) => ({ method: route.method, path: basePath + route.path, route })),
  ])
  const headers = securityHeaders()
  const begin = createExchanges({ logger, metrics, headers: headers.flat() })
  const allowOrigins = crossOrigins(corsOrigins)
  const fail = failureAnswer(options)
  const site = createSite(options, fail)

  async function answer(request: IncomingMessage, response: Exchange): Promise<void> {
    const found = resolve(request)
    if (found.kind === 'options') return sendEmpty(response, 204, ['Allow', found.allow])
    if (found.kind === 'redirect')
      return sendEmpty(response, 307, ['Location', found.location, 'Content-Length', '0'])
    const { route } = found.endpoint
    if (route === undefined) {
      response.setHeaders(new Map([...headers, ['X-Request-Id', response.locals.requestId]]))
      return site(request, response)
    }
    response.locals.operation = route.operationId
    sendJson(response, { status: 200, body: await runRoute(route, request, found.params, queryOf(request)) })
  }

  return (request, serverResponse) => {
    const response = begin(request, serverResponse)
    allowOrigins(request, response, () => {
      answer(request, response).catch((error: unknown) => fail(error, request, response))
    })
  }
}

function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  const question = url.indexOf('?')
  return new URLSearchParams(question < 0 ? undefined : url.slice(question + 1))
}

/** Helmet's headers; those that only make sense behind TLS are left to whoever ends it. */
function securityHeaders(): [name: string, value: string][] {
  const setHeaders = helmet({
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    strictTransportSecurity: false,
  })
  // They are the same on every answer: helmet is asked once.
  const request = new IncomingMessage(new Socket())
  const sample = new ServerResponse(request)
  setHeaders(request, sample, () => {})
  return Object.entries(sample.getHeaders()).map(([name, value]) => [name, String(value)])
}

function crossOrigins(origins: readonly string[]) {
  if (origins.length === 0)
    return (_request: IncomingMessage, _response: Exchange, next: () => void) => next()
  const origin = origins.includes('*') ? '*' : [...origins]
  return cors<IncomingMessage>({ origin, preflightContinue: true, exposedHeaders: ['X-Request-Id'] })
}

function failureAnswer({ logger, discardBytesMax }: HttpAppOptions) {
  return (error: unknown, request: IncomingMessage, response: Exchange): void => {
    const answer = answerOfError(error)
    const { requestId, operation } = response.locals
    // A client that went away is no fault of ours, and hears no answer.
    if (
      (answer === undefined || (error instanceof AppError && error.code === 'insufficient_storage')) &&
      !request.socket.destroyed
    )
      logger.error({ err: error, requestId, operation }, 'failed')
    discardRest(request, discardBytesMax)
    if (response.headersSent) response.destroy()
    else sendJson(response, answer ?? { status: 500, body: { detail: 'Internal Server Error' } })
  }
}
