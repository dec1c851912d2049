import type { Request, RequestHandler } from 'express'
import type { ExecutionResult, GraphQLSchema } from 'graphql'
import { isAsyncIterable } from 'graphql-yoga'
import type { BaseConfig } from '../config.ts'
import {
  bearerOf,
  createHttpApp,
  createHttpServer,
  type Exchange,
  type HttpAnswer,
  HttpError,
  type HttpLimits,
  type HttpServer,
  onGone,
  sendAnswer,
  type ToWire,
} from '../http/index.ts'
import { ReceiveBudget } from '../receive-budget.ts'
import type { ServiceDeps } from '../run-service.ts'
import { UnsentBudget } from '../unsent-budget.ts'
import type { GraphqlErrors } from './errors.ts'
import { EventStreams } from './event-streams.ts'
import { readGraphiql } from './graphiql.ts'
import type { GraphqlLimits } from './limits.ts'
import { eventStream, graphqlPath, resultType, wanted } from './negotiation.ts'
import { type Call, createOperations, newCall } from './operations.ts'
import { paramsOf, readParams } from './requests.ts'
import { createWebSocketEdge } from './web-socket-edge.ts'

export interface GraphqlServerOptions {
  readonly schema: GraphQLSchema
  /** What the resolvers of one operation know. */
  readonly contextOf: (token: string | undefined) => object
  /** Rejects with an AppError unauthenticated where a credential is wrong; undefined is none. */
  readonly authorize: (token: string | undefined) => Promise<void>
  /** The answer to a request that no result answers. */
  readonly toWire: ToWire
  readonly errors: GraphqlErrors
  /** Documents that GraphiQL shows in its tabs. */
  readonly examples: readonly string[]
  readonly config: BaseConfig & GraphqlLimits & HttpLimits
  readonly deps: ServiceDeps
}

/** Serves a schema on /graphql: over HTTP, SSE and WebSocket, and GraphiQL for people. */
export async function createGraphqlServer(options: GraphqlServerOptions): Promise<HttpServer> {
  const { authorize, toWire, errors, config, deps } = options
  const receiveBudget = new ReceiveBudget(config.receiveBytesMax)
  const unsentBudget = new UnsentBudget(config.sendBytesMax)
  const operations = createOperations(options)
  const mask = (thrown: unknown) => errors.mask(thrown, deps.logger)
  const streams = new EventStreams({ keepAliveMs: config.keepAliveMs, unsentBudget, mask })
  const { page, files } = await readGraphiql(options.examples)

  async function run(request: Request, call: Call): Promise<HttpAnswer> {
    const method = request.method === 'POST' ? 'POST' : 'GET'
    const answer = await operations.run(call, method, call.isStream ? eventStream : resultType(request))
    const { 'content-type': contentType, ...headers } = Object.fromEntries(answer.headers)
    return { status: answer.status, headers, ...(contentType && { contentType }), body: await answer.text() }
  }

  /** The result of one request of a batch. */
  async function runOne(
    request: Request,
    value: unknown,
    shared: Pick<Call, 'token' | 'share' | 'bytes'>,
  ): Promise<string> {
    try {
      return (await run(request, newCall({ ...shared, params: paramsOf(value) }))).body
    } catch (error) {
      if (error instanceof HttpError) return toWire(error, request).body
      throw error
    }
  }

  const graphql: RequestHandler = async (request, response, next) => {
    response.vary('Accept')
    const accept = wanted(request)
    if (accept === 'text/html' && request.method !== 'POST') return void page(request, response, next)
    const token = bearerOf(request)
    await authorize(token)
    using share = receiveBudget.open()
    const { params, bytes } = await readParams(request, config, share)
    if (Array.isArray(params)) {
      const bodies: string[] = []
      // One after the other: a mutation and the query behind it mean what they say.
      for (const one of params) bodies.push(await runOne(request, one, { token, share, bytes }))
      const contentType = `${resultType(request)}; charset=utf-8`
      return sendAnswer(response, { status: 200, contentType, body: `[${bodies.join()}]` })
    }
    const isStream = accept === eventStream
    const call = newCall({ params: paramsOf(params), token, share, bytes, isStream })
    // The client may have left meanwhile, and then nothing more comes of this call.
    if (isStream) onGone(request, response, () => response.destroy())
    response.once('close', () => call.release?.())
    const answer = await run(request, call)
    if (response.closed) call.release?.()
    const locals = response.locals as Exchange
    locals.operation = call.operation
    if (call.outcome !== 'ok') locals.outcome = call.outcome
    assertNotRefused(call)
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
  const upgrades = createWebSocketEdge({ ...options, operations, receiveBudget, unsentBudget })
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

/** A stream that HTTP refuses is no stream: a mutation by GET. @throws HttpError */
function assertNotRefused({ result }: Call): void {
  if (result === undefined || isAsyncIterable(result)) return
  for (const { message, extensions } of (result as ExecutionResult).errors ?? []) {
    const http = extensions['http'] as Refusal | undefined
    if (http !== undefined && http.spec !== true) throw new HttpError(http.status, message, http.headers)
  }
}

/** How yoga says that an error is one of HTTP; with `spec`, GraphQL over HTTP has the last word. */
interface Refusal {
  readonly status: number
  readonly spec?: boolean
  readonly headers?: Readonly<Record<string, string>>
}
