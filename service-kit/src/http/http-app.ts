import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import cors from 'cors'
import express, { type Express, type RequestHandler } from 'express'
import helmet from 'helmet'
import type { ServiceDeps } from '../run-service.ts'
import { answerErrors, type ToWire } from './answer.ts'
import { beginExchange } from './exchange.ts'
import { answerOtherMethods, type Operation } from './other-methods.ts'
import { checkHead } from './request-head.ts'
import { SendBudget } from './send-budget.ts'

/** A route of Express, and its name in metrics and in the log. */
export interface Endpoint extends Operation {
  readonly operation: string
  readonly handle: RequestHandler
}

export interface HttpAppOptions {
  readonly endpoints: readonly Endpoint[]
  readonly toWire: ToWire
  /** The web origins whose pages may read answers; `*` for all. */
  readonly corsOrigins: readonly string[]
  /** Whether a trailing slash too many or too few is redirected. Default: another path, 404. */
  readonly redirectsSlashes?: boolean
  /** Whether OPTIONS is answered with the methods of a path. Default: it is; else 405. */
  readonly answersOptions?: boolean
  /** How much of a body is read on after a failure was found in it. */
  readonly discardBytesMax: number
  /** Bytes of answers that wait to be read, over all connections; beyond it, 503. */
  readonly sendBytesMax: number
  /** Whether X-Forwarded-Proto, -Host and -For come from a proxy of ours. Default: they are ignored. */
  readonly trustsProxy?: boolean
  /** Whether a request keeps the X-Request-Id that it comes with. Default: every request gets a new one. */
  readonly keepsRequestIds?: boolean
  /** Headers that pages of the web origins may send. Default: all that they ask for. */
  readonly allowedHeaders?: readonly string[]
  /** Headers of answers that pages of the web origins may read, beside those of every service. */
  readonly exposedHeaders?: readonly string[]
  /** Runs before the endpoints, and before the answer to a path or a method that is none. */
  readonly prepare?: RequestHandler
  readonly deps: ServiceDeps
}

/**
 * The Express application of a service: an id and an access line for each request, security headers, CORS, its
 * endpoints, and an answer by `toWire` for whatever they throw.
 */
export function createHttpApp(options: HttpAppOptions): Express {
  const { endpoints, toWire, corsOrigins, redirectsSlashes = false, discardBytesMax, deps } = options
  const { sendBytesMax, trustsProxy = false, keepsRequestIds = false, prepare } = options
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.enable('strict routing').enable('case sensitive routing')
  // One proxy, the one that connects to us.
  if (trustsProxy) app.set('trust proxy', 1)
  const exchange = { headers: securityHeaders(), sendBudget: new SendBudget(sendBytesMax), keepsRequestIds }
  app.use(beginExchange(exchange, deps), checkHead)
  if (corsOrigins.length > 0) app.use(crossOrigins(options))
  if (prepare !== undefined) app.use(prepare)
  for (const { method, path, operation, handle } of endpoints)
    app[lowerCase[method]](path, (request, response, next) => {
      response.locals['operation'] = operation
      return handle(request, response, next)
    })
  app.use(answerOtherMethods(endpoints, redirectsSlashes, options.answersOptions))
  app.use(answerErrors(toWire, discardBytesMax, deps))
  return app
}

const lowerCase = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const

/** Helmet's headers; those that only make sense behind TLS are left to the proxy that ends it. */
function securityHeaders(): ReadonlyMap<string, string> {
  const secure = helmet({
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    strictTransportSecurity: false,
  })
  // They are the same for every request, and Helmet's twelve handlers would make them again for each.
  const headers = new Map<string, string>()
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  response.setHeader = (name, value) => {
    headers.set(name, String(value))
    return response
  }
  secure(response.req, response, () => {})
  return headers
}

/** Headers of answers that pages of other origins may read. */
const commonHeaders = ['Content-Range', 'ETag', 'Location', 'Retry-After', 'X-Request-Id']

/** Preflights are answered here, whatever their path; OPTIONS without the question of one goes on. */
function crossOrigins({ corsOrigins, allowedHeaders, exposedHeaders = [] }: HttpAppOptions): RequestHandler {
  const origin = corsOrigins.includes('*') ? '*' : [...corsOrigins]
  const headers = {
    exposedHeaders: [...commonHeaders, ...exposedHeaders],
    ...(allowedHeaders && { allowedHeaders: [...allowedHeaders] }),
  }
  return cors((request, decide) => {
    const isPreflight = request.headers['access-control-request-method'] !== undefined
    decide(null, { origin, ...headers, preflightContinue: !isPreflight })
  })
}
