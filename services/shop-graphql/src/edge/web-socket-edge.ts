import type { IncomingMessage } from 'node:http'
import {
  AppError,
  type ReceiveBudget,
  type ServiceDeps,
  type UnsentBudget,
} from '@polyservice-lab/service-kit'
import { bearerOf, type Upgrades } from '@polyservice-lab/service-kit/http'
import { type Close, type Connection, isHandshake, WebSockets } from '@polyservice-lab/service-kit/websocket'
import type { Shop } from '@polyservice-lab/shop'
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws'
import { isAsyncIterable } from 'graphql-yoga'
import type { Config } from '../config.ts'
import { createMask, formatResult, outcomeOf, toClose, toldErrors } from './errors.ts'
import { graphqlPath } from './negotiation.ts'
import type { Operations, Result } from './operations.ts'
import { Peer } from './peer.ts'

/** How long a client may take to answer a close, in ms. */
const closeTimeoutMs = 3_000

const draining: Close = { outcome: 'ok', closeCode: 1001, reason: 'the server stops' }

export interface WebSocketEdgeOptions {
  readonly shop: Shop
  readonly operations: Operations
  readonly receiveBudget: ReceiveBudget
  readonly unsentBudget: UnsentBudget
  readonly config: Config
}

/** GraphQL over WebSocket: the protocol graphql-transport-ws of graphql-ws. */
export function createWebSocketEdge(options: WebSocketEdgeOptions, deps: ServiceDeps): Upgrades {
  const { config, receiveBudget } = options
  const peers = new Map<Connection, Peer>()
  const protocol = createProtocol(options, deps)
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
        peers.set(connection, new Peer(connection, protocol, request, { ...options, deps }))
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
export interface Extra {
  readonly peer: Peer
}

export type Protocol = ReturnType<typeof createProtocol>

/** Operations of a socket run as those of HTTP do: yoga parses, validates and executes them. */
function createProtocol({ shop, operations }: WebSocketEdgeOptions, { logger }: ServiceDeps) {
  const mask = createMask(logger)
  const { yoga, inTurn } = operations
  return makeServer<Record<string, unknown>, Extra>({
    async onConnect({ connectionParams = {}, extra: { peer } }) {
      const given = connectionParams['Authorization'] ?? connectionParams['authorization']
      if (given !== undefined) peer.tokens.push(bearerOf({ headers: { authorization: String(given) } }) ?? '')
      return authorized(shop, peer)
    },
    async onSubscribe({ extra: { peer } }, id, params) {
      const call = peer.begin(id, params)
      const { schema, parse, validate, contextFactory, execute, subscribe } = yoga.getEnveloped({
        ...{ call, params },
      } as unknown as Parameters<typeof yoga.getEnveloped>[0])
      try {
        // A token may have expired since.
        if (!(await authorized(shop, peer))) throw new AppError('unauthenticated', 'the token is not valid')
        const document = parse(params.query)
        const errors: readonly GraphQLError[] = validate(schema, document)
        if (errors.length > 0) return toldErrors({ errors })
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
    onError({ extra: { peer } }, id, _params, errors) {
      // What ends a subscription comes wrapped.
      const told = errors.map(({ cause, ...error }) => (cause === undefined ? error : mask(cause)))
      const result = { errors: toldErrors({ errors: told as readonly GraphQLError[] }) }
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

function authorized({ access }: Shop, { tokens }: Peer): Promise<boolean> {
  return Promise.all(tokens.map((token) => access.authorize(token, 'read'))).then(
    () => true,
    (error: unknown) => {
      if (error instanceof AppError && error.code === 'unauthenticated') return false
      throw error
    },
  )
}
