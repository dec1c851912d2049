import type { IncomingMessage } from 'node:http'
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws'
import { isAsyncIterable } from 'graphql-yoga'
import { AppError } from '../app-error.ts'
import type { BaseConfig } from '../config.ts'
import { bearerOf, type HttpLimits, type Upgrades } from '../http/index.ts'
import type { ReceiveBudget } from '../receive-budget.ts'
import type { ServiceDeps } from '../run-service.ts'
import type { UnsentBudget } from '../unsent-budget.ts'
import { type Close, type Connection, isHandshake, WebSockets } from '../websocket/index.ts'
import { toClose } from './closes.ts'
import { formatResult, type GraphqlErrors, toldErrors } from './errors.ts'
import type { GraphqlLimits } from './limits.ts'
import { graphqlPath } from './negotiation.ts'
import type { Operations, Result } from './operations.ts'
import { Peer } from './peer.ts'

/** How long a client may take to answer a close, in ms. */
const closeTimeoutMs = 3_000

const draining: Close = { outcome: 'ok', closeCode: 1001, reason: 'the server stops' }

export interface WebSocketEdgeOptions {
  readonly operations: Operations
  readonly authorize: (token: string | undefined) => Promise<void>
  readonly errors: GraphqlErrors
  readonly receiveBudget: ReceiveBudget
  readonly unsentBudget: UnsentBudget
  readonly config: BaseConfig & GraphqlLimits & HttpLimits
  readonly deps: ServiceDeps
}

/** GraphQL over WebSocket: the protocol graphql-transport-ws of graphql-ws. */
export function createWebSocketEdge(options: WebSocketEdgeOptions): Upgrades {
  const { config, receiveBudget, deps } = options
  const peers = new Map<Connection, Peer>()
  const protocol = createProtocol(options)
  const webSockets = new WebSockets(
    {
      ...config,
      receiveBudget,
      messageBytesMax: config.bodyBytesMax,
      heartbeatMs: config.keepAliveMs,
      closeTimeoutMs: Math.min(closeTimeoutMs, config.drainTimeoutMs),
      countsMessages: false,
      answerBytes: () => 0,
      toClose,
      opened(connection, request) {
        peers.set(connection, new Peer(connection, protocol, request, options))
      },
      handle: (connection, message) => peers.get(connection)?.receive(message.data),
      left: (connection) => peers.get(connection)?.left(),
      closed(connection) {
        peers.get(connection)?.closed()
        peers.delete(connection)
      },
      server: {
        perMessageDeflate: false,
        handleProtocols: (offered) =>
          offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
      },
    },
    deps,
  )
  return {
    accepts: (request) => isHandshake(request) && request.url?.split('?', 1)[0] === graphqlPath,
    upgrade: (request: IncomingMessage, socket, head) => webSockets.upgrade(request, socket, head),
    drain: () => webSockets.drain(draining),
  }
}

/** What graphql-ws knows of a connection. */
interface Extra {
  readonly peer: Peer
}

export type Protocol = ReturnType<typeof createProtocol>

/** Operations of a socket run as those of HTTP do: yoga parses, validates and executes them. */
function createProtocol({ operations, authorize, errors, deps }: WebSocketEdgeOptions) {
  const mask = (thrown: unknown) => errors.mask(thrown, deps.logger)
  const { outcomeOf } = errors
  const { yoga, inTurn } = operations
  return makeServer<Record<string, unknown>, Extra>({
    async onConnect({ connectionParams = {}, extra: { peer } }) {
      const given = connectionParams['Authorization'] ?? connectionParams['authorization']
      if (given !== undefined) peer.tokens.push(bearerOf({ headers: { authorization: String(given) } }) ?? '')
      return authorized(authorize, peer)
    },
    async onSubscribe({ extra: { peer } }, id, params) {
      const call = peer.begin(id, params)
      const { schema, parse, validate, contextFactory, execute, subscribe } = yoga.getEnveloped({
        ...{ call, params },
      } as unknown as Parameters<typeof yoga.getEnveloped>[0])
      try {
        // A token may have expired since.
        if (!(await authorized(authorize, peer)))
          throw new AppError('unauthenticated', 'the token is not valid')
        const document = parse(params.query)
        const faults: readonly GraphQLError[] = validate(schema, document)
        if (faults.length > 0) return toldErrors({ errors: faults })
        return {
          ...{ schema, document, operationName: params.operationName, variableValues: params.variables },
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe },
        } as ExecutionArgs
      } catch (error) {
        return [mask(error)]
      }
    },
    execute: (args) => inTurn(async () => rootOf(args).execute(args)),
    subscribe: (args) => inTurn(async () => rootOf(args).subscribe(args)),
    onOperation({ extra: { peer } }, id, _params, _args, result) {
      if (isAsyncIterable(result)) peer.streams(id)
    },
    onNext({ extra: { peer } }, id, _params, _args, result) {
      peer.note(id, outcomeOf(result as ExecutionResult))
      return formatResult(result as ExecutionResult)
    },
    onError({ extra: { peer } }, id, _params, faults) {
      // What ends a subscription comes wrapped.
      const told = faults.map((error) => (error.cause === undefined ? error : mask(error.cause)))
      const result = { errors: told }
      peer.note(id, outcomeOf(result))
      return formatResult(result).errors
    },
    onComplete: ({ extra: { peer } }, id) => peer.completed(id),
  })
}

interface Root {
  readonly execute: (args: ExecutionArgs) => Result
  readonly subscribe: (args: ExecutionArgs) => Result
}

/** Those of yoga, with its plugins. */
function rootOf({ rootValue }: ExecutionArgs): Root {
  return rootValue as Root
}

function authorized(authorize: WebSocketEdgeOptions['authorize'], { tokens }: Peer): Promise<boolean> {
  return Promise.all(tokens.map((token) => authorize(token))).then(
    () => true,
    (error: unknown) => {
      if (error instanceof AppError && error.code === 'unauthenticated') return false
      throw error
    },
  )
}
