import { isUtf8 } from 'node:buffer'
import type { Request, RequestHandler, Response } from 'express'
import * as z from 'zod'
import { AppError } from '../app-error.ts'
import type { BaseConfig } from '../config.ts'
import {
  Crowd,
  createHttpApp,
  createHttpServer,
  type Endpoint,
  HttpError,
  type HttpLimits,
  type HttpServer,
  readBody,
  sendAnswer,
  type ToWire,
  type Upgrades,
} from '../http/index.ts'
import { type BudgetShare, ReceiveBudget } from '../receive-budget.ts'
import type { ServiceDeps } from '../run-service.ts'
import type { JsonRoute } from './json-route.ts'
import { parse } from './members.ts'

/** A GET whose answer goes on, or is no JSON: a stream of events, a page. */
export interface AnswerStream {
  readonly path: string
  readonly operation: string
  readonly query?: z.ZodObject
  handle(request: Request, response: Response, query: unknown): void | Promise<void>
}

export interface JsonApiOptions {
  readonly routes: readonly JsonRoute[]
  readonly streams?: readonly AnswerStream[]
  /** Another protocol on the port. */
  readonly upgrades?: Upgrades
  readonly toWire: ToWire
  readonly config: BaseConfig & HttpLimits
  /** The web origins whose pages may call. Default: none but the own one. */
  readonly corsOrigins?: readonly string[]
  /** Headers that those pages may send, and read of answers beside those of every service. */
  readonly allowedHeaders?: readonly string[]
  readonly exposedHeaders?: readonly string[]
  readonly deps: ServiceDeps
}

/**
 * An HTTP server of JSON routes. What is wrong with a request is told in this order: path and method, Origin, media type,
 * size, JSON, what `check` of the route says, members and parameters, then whatever the handler says.
 */
export function createJsonApi(options: JsonApiOptions): HttpServer {
  const { routes, streams = [], toWire, config, corsOrigins = [], exposedHeaders = [], deps } = options
  const { allowedHeaders } = options
  const receiveBudget = new ReceiveBudget(config.receiveBytesMax)

  function run(route: JsonRoute): RequestHandler {
    return async (request, response) => {
      const id = String(request.params['id'] ?? '')
      if (route.id?.test(id) === false) throw new HttpError(404, 'Not Found')
      if (route.method !== 'GET') checkOrigin(request, corsOrigins)
      using share = receiveBudget.open()
      const json = route.body === undefined ? undefined : await readJson(request, config.bodyBytesMax, share)
      route.check?.(request)
      const body = route.body === undefined ? undefined : parse(route.body, json)
      const query = readQuery(request, route.query)
      const answer = await route.handle({ request, response, id, body, json, query })
      const { status, headers } = answer
      sendAnswer(response, { status, ...(headers && { headers }), body: JSON.stringify(answer.value) })
    }
  }

  const endpoints: Endpoint[] = [
    // Before routes with parameters that would take their paths.
    ...streams.map(({ path, operation, query, handle }): Endpoint => {
      const answer: RequestHandler = async (request, response) =>
        handle(request, response, readQuery(request, query))
      return { method: 'GET', path, operation, handle: answer }
    }),
    ...routes.map((route): Endpoint => ({ ...route, handle: run(route) })),
  ]
  const crowd = new Crowd()
  const app = createHttpApp({
    prepare(request, response, next) {
      if (!crowd.has(request)) return next()
      response.shouldKeepAlive = false
      throw new AppError('unavailable', 'there are too many connections')
    },
    ...{ endpoints, toWire, corsOrigins, exposedHeaders, deps },
    ...(allowedHeaders && { allowedHeaders }),
    keepsRequestIds: true,
    discardBytesMax: config.bodyBytesMax,
    sendBytesMax: config.sendBytesMax,
  })
  return createHttpServer(app, config, toWire, deps, withRoom(options.upgrades, crowd), crowd)
}

/** Another protocol, for connections that are not too many. */
function withRoom(upgrades: Upgrades | undefined, crowd: Crowd): Upgrades | undefined {
  return (
    upgrades && {
      accepts: (request) => !crowd.has(request) && upgrades.accepts(request),
      upgrade: upgrades.upgrade,
      drain: () => upgrades.drain(),
    }
  )
}

/** @throws AppError permission_denied where a page of another origin asks for a change (RFC 6454, 7) */
function checkOrigin({ headers }: Request, allowed: readonly string[]): void {
  const { origin, host } = headers
  if (origin === undefined || allowed.includes(origin) || isOwn(origin, host)) return
  throw new AppError('permission_denied', 'pages of this origin may not ask for changes', {
    reason: 'forbidden_origin',
  })
}

/** Whether the host and port of an origin are those of the Host header; the port of its scheme may be left out. */
function isOwn(origin: string, host = ''): boolean {
  const url = URL.parse(origin)
  return url !== null && url.host !== '' && url.host === URL.parse(`${url.protocol}//${host}`)?.host
}

/** @throws HttpError 413, 415; AppError invalid_argument with the reason invalid_json; unavailable */
async function readJson(request: Request, bytesMax: number, share: BudgetShare): Promise<unknown> {
  const { headers } = request
  const type = headers['content-type'] ?? ''
  const isIdentity = (headers['content-encoding'] ?? 'identity').toLowerCase() === 'identity'
  if (!/^application\/json\s*(;\s*charset="?utf-?8"?\s*)?$/i.test(type.trim()) || !isIdentity)
    throw new HttpError(415, 'the body must be application/json')
  const bytes = await readBody(request, bytesMax, share)
  if (!isUtf8(bytes)) throw notJson('the body is not UTF-8')
  try {
    return JSON.parse(bytes.toString())
  } catch {
    throw notJson('the body is not JSON')
  }
}

function notJson(message: string): AppError {
  return new AppError('invalid_argument', message, { reason: 'invalid_json' })
}

/** @throws AppError invalid_argument with a violation for each wrong parameter; those that no schema names are ignored */
function readQuery({ url }: Request, schema: z.ZodObject = z.object({})): unknown {
  const parameters = new URLSearchParams(url.slice(url.indexOf('?') + 1 || url.length))
  const given = Object.keys(schema.shape)
    .filter((name) => parameters.has(name))
    .map((name): [string, unknown] => {
      const values = parameters.getAll(name)
      return [name, values.length === 1 ? values[0] : values]
    })
  return parse(schema, Object.fromEntries(given))
}
