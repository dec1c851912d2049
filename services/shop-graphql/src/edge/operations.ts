import { readFileSync } from 'node:fs'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { AppError, type BudgetShare, createGate, type ServiceDeps } from '@polyservice-lab/service-kit'
import type { FeedTail, Shop } from '@polyservice-lab/shop'
import { type ExecutionArgs, type ExecutionResult, getOperationAST, parse } from 'graphql'
import { createSchema, createYoga, type Plugin } from 'graphql-yoga'
import type { Config } from '../config.ts'
import type { Context } from './context.ts'
import { DocumentCache } from './documents.ts'
import { createMask, outcomeOf, toldErrors } from './errors.ts'
import { FeedEvents } from './feed-events.ts'
import { exceededLimits } from './limits.ts'
import { createLoaders } from './loaders.ts'
import { resolvers } from './resolvers.ts'

/** Operations that run at a time; their results are in memory. Others wait for their turn. */
const concurrencyMax = 32
/** What a token of a document costs for as long as a subscription lasts. */
const tokenBytes = 400

export type Result = ExecutionResult | AsyncIterable<ExecutionResult>

/** One operation that a client asks for, and what became of it. */
export interface Call {
  /** What was sent as the request: not checked. */
  readonly params: unknown
  readonly token: string | undefined
  /** Holds what the request costs, for as long as the operation lasts. */
  readonly share: BudgetShare
  readonly bytes: number
  /** Whether the result is wanted as it is, to be sent in several parts. */
  readonly isStream?: boolean
  result?: Result
  operation: string
  outcome: 'ok' | ErrorCode
}

export function newCall(call: Omit<Call, 'operation' | 'outcome'>): Call {
  return { ...call, operation: 'document', outcome: 'ok' }
}

/** What yoga and its plugins are given of a request. */
interface ServerContext {
  readonly call: Call
}

export type Operations = ReturnType<typeof createOperations>

/** Runs GraphQL operations (October 2021) on the shop, within the limits of the config. */
export function createOperations(shop: Shop, tail: FeedTail, config: Config, deps: ServiceDeps) {
  const gate = createGate({ concurrencyMax })
  const typeDefs = readFileSync(new URL('../../../../contracts/shop/shop.graphql', import.meta.url), 'utf8')
  let streams = 0

  /** @throws AppError unavailable where there are as many subscriptions as there may be; out_of_range */
  async function follow(after: number | undefined): Promise<FeedEvents> {
    if (streams >= config.streamsMax) throw new AppError('unavailable', 'there are too many subscriptions')
    streams += 1
    const ended = () => {
      streams -= 1
    }
    try {
      if (after !== undefined) await shop.feed.readPart(after, 1)
      return new FeedEvents(tail, after ?? (await shop.feed.newest()), ended)
    } catch (error) {
      ended()
      throw error
    }
  }

  const yoga = createYoga<ServerContext, Context>({
    schema: createSchema<ServerContext & Context>({ typeDefs, resolvers }),
    context: ({ call: { token } }) => ({
      shop,
      loaders: createLoaders(shop),
      listMax: config.listMax,
      authorizeWrite: () => shop.access.authorize(token, 'write'),
      follow,
    }),
    ...{ logging: false, graphiql: false, landingPage: false, cors: false, multipart: false },
    maskedErrors: { maskError: createMask(deps.logger) },
    parserAndValidationCache: {
      documentCache: new DocumentCache(),
      errorCache: { get: () => undefined, set: () => {} },
    },
    maxRequestBodySize: false,
    plugins: [receive, observe, within(config)],
  })
  return {
    yoga,
    /** The answer to one operation over HTTP (GraphQL over HTTP). @param accept the one type that is wanted */
    run: (call: Call, method: string, accept: string): Promise<Response> =>
      gate(async () => yoga.fetch(`http://localhost/graphql`, { method, headers: { accept } }, { call })),
    /** Runs an operation in its turn. */
    inTurn: gate,
  }
}

/** What was sent has been read and checked before; a result in several parts is sent by whoever asked. */
const receive: Plugin<object, ServerContext> = {
  onRequestParse: ({ serverContext, setRequestParser }) =>
    setRequestParser(() => serverContext.call.params as object),
  onResultProcess({ serverContext, result, setResultProcessor }) {
    const { call } = serverContext
    if (!call.isStream) return
    setResultProcessor((_result, { Response }) => {
      call.result = result as Result
      return new Response()
    }, 'text/event-stream')
  },
}

/** Keeps documents and operations within the limits. */
function within(config: Config): Plugin<ServerContext> {
  return {
    onParse({ setParseFn }) {
      setParseFn((source, options) => parse(source, { ...options, maxTokens: config.tokensMax }))
    },
    onExecute({ args, setResultAndStopExecution }) {
      const errors = exceededLimits(args, config)
      if (errors.length > 0) setResultAndStopExecution({ errors })
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const errors = exceededLimits(args, config)
      if (errors.length > 0) return setResultAndStopExecution({ errors })
      const { share, bytes } = args.contextValue.call
      share.hold(bytes + tokenBytes * (args.document.tokenCount ?? 0))
    },
  }
}

/** Notes for the access line what was asked for and how it ended, and bounds what is told of errors. */
const observe: Plugin<ServerContext> = {
  onExecute: ({ args }) => note(args),
  onSubscribe: ({ args }) => note(args),
  onExecutionResult({ context, result, setResult }) {
    if (result === undefined || Symbol.asyncIterator in result || Array.isArray(result)) return
    const single = result as ExecutionResult
    ;(context as unknown as ServerContext).call.outcome = outcomeOf(single)
    if (single.errors !== undefined) setResult({ ...single, errors: toldErrors(single) })
  },
}

function note({ document, operationName, contextValue }: ExecutionArgs): void {
  const operation = getOperationAST(document, operationName)?.operation
  if (operation !== undefined) (contextValue as ServerContext).call.operation = operation
}
