import { restPath } from '@polyservice-lab/contracts/shop'
import { ReceiveBudget, type ServiceDeps } from '@polyservice-lab/service-kit'
import {
  type BodyTypes,
  bearerOf,
  checkContentType,
  createHttpApp,
  createHttpServer,
  type Endpoint,
  etagOf,
  type HttpServer,
  isKept,
  sendAnswer,
} from '@polyservice-lab/service-kit/http'
import type { Shop } from '@polyservice-lab/shop'
import { parse } from '@polyservice-lab/shop/json'
import type { Request, RequestHandler, Response } from 'express'
import type { Config } from '../config.ts'
import { toWire } from './errors.ts'
import { readQuery } from './lists.ts'
import { describeApi } from './openapi.ts'
import { pagesOf } from './pages.ts'
import { negotiate, type Representation, write } from './representations.ts'
import { readJson } from './requests.ts'
import type { Route, RouteAnswer } from './route.ts'
import { type RouteV1, routesOfV1 } from './v1.ts'
import { routesOf } from './v2.ts'
import { mergePatchTypes, prepare, versionOf } from './versions.ts'

const jsonTypes = ['application/json', 'application/vnd.shop.v2+json']
const bodies: BodyTypes = { types: jsonTypes, header: 'Accept', named: jsonTypes.join(', ') }
const patches: BodyTypes = {
  types: ['application/merge-patch+json', ...jsonTypes],
  header: 'Accept-Patch',
  named: mergePatchTypes,
}

/** The HTTP server: both versions of the API, and the pages for people. */
export async function createHttpEdge(shop: Shop, config: Config, deps: ServiceDeps): Promise<HttpServer> {
  const receiveBudget = new ReceiveBudget(config.receiveBytesMax)
  const { bodyBytesMax } = config
  const routes = routesOf(shop)
  const routesV1 = routesOfV1(shop, config)

  function runV1({ operationId, handle }: RouteV1): RequestHandler {
    return async (request, response) => {
      response.locals['operation'] = operationId
      using share = receiveBudget.open()
      const [status, value] = await handle(request, () => readJson(request, bodyBytesMax, share))
      if (status === 204) response.writeHead(204).end()
      else sendAnswer(response, { status, body: JSON.stringify(value) })
    }
  }

  /** The order of checks is that of the contract: who asks, how to answer, the body, the query, then what is there. */
  function runV2(route: Route): RequestHandler {
    const { operationId, method, body: schema, query, cacheControl } = route
    return async (request, response) => {
      response.locals['operation'] = operationId
      await shop.access.authorize(bearerOf(request), method === 'GET' ? 'read' : 'write')
      const representation = negotiate(request)
      using share = receiveBudget.open()
      let body: unknown
      if (schema !== undefined) {
        checkContentType(request, method === 'PATCH' ? patches : bodies)
        body = parse(schema, await readJson(request, bodyBytesMax, share))
      }
      const checked = query === undefined ? {} : readQuery(request, query)
      const answer = await route.handle({ request, body, query: checked })
      send(request, response, representation, method === 'GET' ? { ...answer, cacheControl } : answer)
    }
  }

  const app = createHttpApp({
    endpoints: [
      ...endpointsOf(routes, routesV1, runV1, runV2),
      ...(await pagesOf(describeApi(routes, routesV1))),
    ],
    toWire,
    prepare,
    keepsRequestIds: true,
    corsOrigins: config.corsOrigins,
    exposedHeaders: ['Link', 'Idempotency-Replayed'],
    discardBytesMax: bodyBytesMax,
    sendBytesMax: config.sendBytesMax,
    deps,
  })
  return createHttpServer(app, config, toWire, deps)
}

/** Every path of both versions; where a path belongs to both, the request decides. */
function endpointsOf(
  routes: readonly Route[],
  routesV1: readonly RouteV1[],
  runV1: (route: RouteV1) => RequestHandler,
  runV2: (route: Route) => RequestHandler,
): Endpoint[] {
  const endpoints = new Map<string, Endpoint>()
  for (const route of routesV1)
    for (const path of route.paths)
      endpoints.set(`${route.method} ${path}`, {
        ...{ method: route.method, path, operation: route.operationId },
        handle: runV1(route),
      })
  for (const route of routes) {
    const { method, operationId: operation } = route
    const handle = runV2(route)
    endpoints.set(`${method} ${restPath}${route.path}`, {
      method,
      path: restPath + route.path,
      operation,
      handle,
    })
    const old = endpoints.get(`${method} ${route.path}`)
    endpoints.set(`${method} ${route.path}`, {
      ...{ method, path: route.path, operation },
      handle:
        old === undefined
          ? handle
          : (request, ...rest) =>
              versionOf(request) === 'v1' ? old.handle(request, ...rest) : handle(request, ...rest),
    })
  }
  return [...endpoints.values()]
}

/** Sends an answer as it is asked for, or says that the client has it. */
function send(
  request: Request,
  response: Response,
  { contentType, format }: Representation,
  { status, view, headers, cacheControl }: RouteAnswer & { readonly cacheControl?: string },
): void {
  if (view === undefined) {
    response.writeHead(status).end()
    return
  }
  const body = write(view, format)
  const etag = etagOf(body)
  const all = { ETag: etag, ...(cacheControl && { 'Cache-Control': cacheControl }), ...headers }
  if (cacheControl !== undefined && isKept(request, etag)) response.writeHead(304, all).end()
  else sendAnswer(response, { status, headers: all, contentType, body })
}
