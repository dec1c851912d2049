import { ReceiveBudget, type ServiceDeps, UnsentBudget } from '@polyservice-lab/service-kit'
import {
  bearerOf,
  createHttpApp,
  createHttpServer,
  HttpError,
  type HttpServer,
  sendAnswer,
} from '@polyservice-lab/service-kit/http'
import type { Followers, Shop } from '@polyservice-lab/shop'
import type { Request, RequestHandler, Response as ExpressResponse } from 'express'
import type { ExecutionResult, FormattedExecutionResult } from 'graphql'
import type { Config } from '../config.ts'
import { createMask, formatResult, toWire } from './errors.ts'
import { sendEvents } from './event-stream.ts'
import { createPages } from './graphiql.ts'
import { eventStream, resultType, wanted } from './negotiation.ts'
import { type Call, createOperations, type Operations, type Result } from './operations.ts'
import { paramsOf, readParams } from './requests.ts'
import { createWebSocketEdge } from './web-socket-edge.ts'

export const graphqlPath = '/graphql'

/** The HTTP server: GraphQL over HTTP, SSE and WebSocket, and the page for people. */
export async function createHttpEdge(
  shop: Shop,
  followers: Followers,
  config: Config,
  deps: ServiceDeps,
): Promise<HttpServer> {
  const receiveBudget = new ReceiveBudget(config.receiveBytesMax)
  const unsentBudget = new UnsentBudget(config.sendBytesMax)
  const operations = createOperations(shop, followers, config, deps)
  const pages = await createPages()
  const streams = new Set<ExpressResponse>()
  const mask = createMask(deps.logger)

  const answer: RequestHandler = async (request, response) => {
    const accept = wanted(request)
    if (accept === 'text/html' && request.method !== 'POST') return pages.graphiql(request, response, () => {})
    const token = bearerOf(request)
    await shop.access.authorize(token, 'read')
    using share = receiveBudget.open()
    const { params, bytes } = await readParams(request, config, share)
    const call = { token, share, bytes, operation: 'document', outcome: 'ok' } as const
    if (Array.isArray(params)) return sendBatch(request, response, params, call)
    const single: Call = { ...call, params, isStream: accept === eventStream }
    const result = await operations.run(single, request.method === 'POST' ? 'POST' : 'GET', typeOf(request, accept))
    note(response, single)
    if (single.result === undefined) return sendResponse(response, result)
    …
  }
}
