import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
} from 'graphql'
import { createYoga, isAsyncIterable, type Plugin } from 'graphql-yoga'
import { Gauge } from 'prom-client'
import { AppError } from '../app-error.ts'
import { createGate } from '../gate.ts'
import type { Metrics } from '../metrics.ts'
import type { BudgetShare } from '../receive-budget.ts'
import type { ServiceDeps } from '../run-service.ts'
import { DocumentCache } from './document-cache.ts'
import { type GraphqlErrors, toldErrors } from './errors.ts'
import type { GraphqlLimits } from './limits.ts'
import { exceededLimits } from './operation-limits.ts'

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
  /** Whether there may be several results, which are wanted as they are. */
  readonly isStream?: boolean
  result?: Result
  operation: string
  outcome: 'ok' | ErrorCode
  /** Ends the subscription that the call began, if there is one. */
  release?: () => void
}

export function newCall(call: Omit<Call, 'operation' | 'outcome'>): Call {
  return { ...call, operation: 'document', outcome: 'ok' }
}

/** What yoga and its plugins are given of a request. */
interface ServerContext {
  readonly call: Call
}

export interface OperationsOptions {
  readonly schema: GraphQLSchema
  /** What the resolvers of one operation know. */
  readonly contextOf: (token: string | undefined) => object
  readonly errors: GraphqlErrors
  readonly config: GraphqlLimits
  readonly deps: ServiceDeps
}

export type Operations = ReturnType<typeof createOperations>

/** Runs the operations of a schema (GraphQL, October 2021), within their limits. */
export function createOperations(options: OperationsOptions) {
  const { schema, contextOf, errors, config, deps } = options
  const gate = createGate({ concurrencyMax })
  const mask = (error: unknown) => errors.mask(error, deps.logger)
  const yoga = createYoga<ServerContext, object>({
    schema,
    context: ({ call }) => contextOf(call.token),
    ...{ logging: false, graphiql: false, landingPage: false, cors: false, multipart: false },
    maskedErrors: { maskError: mask },
    parserAndValidationCache: {
      documentCache: new DocumentCache(),
      errorCache: { get: () => undefined, set: () => {} },
    },
    maxRequestBodySize: false,
    plugins: [receive, observe(errors), within(config), countStreams(config.streamsMax, mask, deps.metrics)],
  })
  return {
    yoga,
    /** The answer to one operation (GraphQL over HTTP). @param accept the one type that is wanted */
    run: (call: Call, method: string, accept: string): Promise<Response> =>
      gate(async () => yoga.fetch('http://localhost/graphql', { method, headers: { accept } }, { call })),
    /** Runs a part of an operation in its turn. */
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

const notAStream = new GraphQLError('a subscription needs Accept: text/event-stream, or a WebSocket', {
  extensions: { code: 'BAD_REQUEST', http: { status: 406 } },
})

/** Keeps documents and operations within the limits. */
function within(limits: GraphqlLimits): Plugin<ServerContext> {
  return {
    onParse({ setParseFn }) {
      setParseFn((source, options) => parse(source, { ...options, maxTokens: limits.tokensMax }))
    },
    onExecute({ args, setResultAndStopExecution }) {
      const errors = exceededLimits(args, limits)
      if (errors.length > 0) setResultAndStopExecution({ errors })
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const { isStream } = (args.contextValue as ServerContext).call
      const errors = isStream ? exceededLimits(args, limits) : [notAStream]
      if (errors.length > 0) setResultAndStopExecution({ errors })
    },
  }
}

/** Admits so many subscriptions at a time, each of which holds its request for as long as it lasts. */
function countStreams(
  streamsMax: number,
  mask: (error: unknown) => GraphQLError,
  { registry }: Metrics,
): Plugin<ServerContext> {
  let streams = 0
  new Gauge({
    name: 'lab_streams',
    help: 'Subscriptions that have not ended',
    registers: [registry],
    collect() {
      this.set(streams)
    },
  })
  return {
    onSubscribe({ args, setSubscribeFn, subscribeFn }) {
      setSubscribeFn(async (given) => {
        const { share, bytes } = (args.contextValue as ServerContext).call
        try {
          if (streams >= streamsMax) throw new AppError('unavailable', 'there are too many subscriptions')
          share.hold(bytes + tokenBytes * (args.document.tokenCount ?? 0))
        } catch (error) {
          // A result, since what is thrown ends a WebSocket with all that goes on over it.
          return { errors: [mask(error)] }
        }
        streams += 1
        let end = () => {
          streams -= 1
          end = () => {}
        }
        const result: Result = await Promise.resolve(subscribeFn(given)).catch((error: unknown) => {
          end()
          throw error
        })
        if (isAsyncIterable<ExecutionResult>(result)) {
          const results = untilEnd(result, () => end())
          // A wrapper of these results that was never read does not pass on that nobody wants them.
          ;(args.contextValue as ServerContext).call.release = () => void results.return?.()
          return results
        }
        end()
        return result
      })
    },
  }
}

/** Calls back when the results end, or nobody wants them any more. */
function untilEnd(
  results: AsyncIterable<ExecutionResult>,
  ended: () => void,
): AsyncIterableIterator<ExecutionResult> {
  const iterator = results[Symbol.asyncIterator]()
  return {
    async next() {
      const step = await iterator.next().catch((error: unknown) => {
        ended()
        throw error
      })
      if (step.done) ended()
      return step
    },
    async return() {
      ended()
      return (await iterator.return?.()) ?? { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Notes for the access line what was asked for and how it ended, and bounds what is told of errors. */
function observe({ outcomeOf }: GraphqlErrors): Plugin<ServerContext> {
  function note({ document, operationName, contextValue }: ExecutionArgs): void {
    const operation = getOperationAST(document, operationName)?.operation
    if (operation !== undefined) (contextValue as ServerContext).call.operation = operation
  }
  return {
    onExecute: ({ args }) => note(args),
    onSubscribe: ({ args }) => note(args),
    onExecutionResult({ context, result, setResult }) {
      if (result === undefined || isAsyncIterable(result) || Array.isArray(result)) return
      const single = result as ExecutionResult
      ;(context as unknown as ServerContext).call.outcome = outcomeOf(single)
      if (single.errors !== undefined) setResult({ ...single, errors: toldErrors(single) })
    },
  }
}
