import { ReceiveBudget, type ServiceDeps, UnsentBudget } from '@polyservice-lab/service-kit'
import {
  bearerOf,
  createHttpApp,
  createHttpServer,
  type Exchange,
  type HttpAnswer,
  type HttpServer,
  sendAnswer,
} from '@polyservice-lab/service-kit/http'
import type { FeedTail, Shop } from '@polyservice-lab/shop'
import type { Request, RequestHandler } from 'express'
import type { Config } from '../config.ts'
import { createMask, toWire } from './errors.ts'
import { EventStreams } from './event-streams.ts'
import { readGraphiql } from './graphiql.ts'
import { eventStream, graphqlPath, resultType, wanted } from './negotiation.ts'
import { type Call, createOperations, newCall } from './operations.ts'
import { paramsOf, readParams } from './requests.ts'
import { createWebSocketEdge } from './web-socket-edge.ts'

/** The HTTP server: GraphQL over HTTP, SSE and WebSocket, and GraphiQL for people. */
export async function createHttpEdge(
  shop: Shop,
  tail: FeedTail,
  config: Config,
  deps: ServiceDeps,
): Promise<HttpServer> {
  const receiveBudget = new ReceiveBudget(config.receiveBytesMax)
  const unsentBudget = new UnsentBudget(config.sendBytesMax)
  const operations = createOperations(shop, tail, config, deps)
  const streams = new EventStreams({ ...config, unsentBudget, mask: createMask(deps.logger) })
  const { page, files } = await readGraphiql(graphqlPath)

  async function run(request: Request, call: Call): Promise<HttpAnswer> {
    const method = request.method === 'POST' ? 'POST' : 'GET'
    const answer = await operations.run(call, method, call.isStream ? eventStream : resultType(request))
    const { 'content-type': contentType, ...headers } = Object.fromEntries(answer.headers)
    return { status: answer.status, headers, ...(contentType && { contentType }), body: await answer.text() }
  }

  const graphql: RequestHandler = async (request, response, next) => {
    response.vary('Accept')
    const accept = wanted(request)
    if (accept === 'text/html' && request.method !== 'POST') return void page(request, response, next)
    const token = bearerOf(request)
    await shop.access.authorize(token, 'read')
    using share = receiveBudget.open()
    const { params, bytes } = await readParams(request, config, share)
    if (Array.isArray(params)) {
      const bodies: string[] = []
      // One after the other: a mutation and the query behind it mean what they say.
      for (const one of params)
        bodies.push((await run(request, newCall({ params: paramsOf(one), token, share, bytes }))).body)
      const contentType = `${resultType(request)}; charset=utf-8`
      return sendAnswer(response, { status: 200, contentType, body: `[${bodies.join()}]` })
    }
    const isStream = accept === eventStream
    const call = newCall({ params: paramsOf(params), token, share, bytes, isStream })
    const answer = await run(request, call)
    const locals = response.locals as Exchange
    locals.operation = call.operation
    if (call.outcome !== 'ok') locals.outcome = call.outcome
    if (call.result === undefined) sendAnswer(response, answer)
    else await streams.send(response, call.result, call.outcome)
  }

  const endpoint = { path: graphqlPath, operation: 'graphql', handle: graphql }
  const app = createHttpApp({
    endpoints: [{ ...endpoint, method: 'GET' }, { ...endpoint, method: 'POST' }, ...files],
    toWire,
    corsOrigins: [],
    keepsRequestIds: true,
    discardBytesMax: config.bodyBytesMax,
    sendBytesMax: config.sendBytesMax,
    deps,
  })
  const upgrades = createWebSocketEdge({ shop, operations, receiveBudget, unsentBudget, config }, deps)
  const server = createHttpServer(app, config, toWire, deps, upgrades)
  return {
    start: () => server.start(),
    async [Symbol.asyncDispose]() {
      const drained = server[Symbol.asyncDispose]()
      streams.drain()
      await drained
    },
  }
}
