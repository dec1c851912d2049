import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { AppError, type ReceiveBudget, type ServiceDeps } from '@polyservice-lab/service-kit'
import { bearerOf, refuseUpgrade, type Upgrades } from '@polyservice-lab/service-kit/http'
import {
  asksForWebSocket,
  type Connection,
  type Message,
  WebSockets,
} from '@polyservice-lab/service-kit/websocket'
import type { Access } from '@polyservice-lab/shop'
import type { Config } from '../config.ts'
import type { Dispatcher } from './dispatcher.ts'
import { toClose, toWire } from './errors.ts'

const heartbeatMs = 25_000
const closeTimeoutMsMax = 3_000
/** The longest answer to one request: a page of orders. */
const resultBytesMax = 393_216
/** So many for every connection are little. */
const shortBytes = 16_384
const bracket = '['.charCodeAt(0)

export interface RpcWebSocketsOptions {
  readonly path: string
  readonly config: Config
  readonly sendBytesMax: number
  readonly receiveBudget: ReceiveBudget
  readonly access: Access
  readonly dispatcher: Dispatcher
  readonly deps: ServiceDeps
}

/** WebSockets whose text messages are requests and batches, each answered by one message or by none. */
export function createRpcWebSockets(options: RpcWebSocketsOptions): Upgrades {
  const { path, config, sendBytesMax, receiveBudget, access, dispatcher, deps } = options
  const tokens = new WeakMap<Connection, string | undefined>()

  async function handle(connection: Connection, { data, isBinary }: Message): Promise<void> {
    if (isBinary) throw new AppError('invalid_argument', 'a message is text')
    const startedAt = performance.now()
    using share = receiveBudget.open()
    // A short message is answered even where there is no room for long ones.
    if (data.length > shortBytes) share.hold(data.length)
    const { requestId } = connection
    const { text, operation, outcome } = await dispatcher.answer(data, {
      requestId,
      token: tokens.get(connection),
      share,
    })
    if (text !== undefined) connection.send(text, false)
    deps.metrics.observe(operation, outcome, (performance.now() - startedAt) / 1000)
  }

  const webSockets = new WebSockets(
    {
      ...config,
      ...{ sendBytesMax, receiveBudget, heartbeatMs, handle, toClose },
      messageBytesMax: config.bodyBytesMax,
      bufferBytesMax: config.bodyBytesMax,
      closeTimeoutMs: Math.min(closeTimeoutMsMax, config.drainTimeoutMs),
      answerBytes: ({ data }) =>
        data.length + resultBytesMax + (data[0] === bracket ? config.answerBytesMax : 0),
      countsMessages: false,
      opened: (connection, request) => void tokens.set(connection, bearerOf(request)),
    },
    deps,
  )

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      await access.authorize(bearerOf(request), 'read')
    } catch (error) {
      refuseUpgrade(request, socket, toWire(error), deps)
      return
    }
    webSockets.upgrade(request, socket, head)
  }

  return {
    accepts: (request) =>
      request.method === 'GET' && asksForWebSocket(request) && request.url?.split('?', 1)[0] === path,
    upgrade: (request, socket, head) => void upgrade(request, socket, head),
    drain: () => webSockets.drain({ outcome: 'ok', closeCode: 1001, reason: 'the server stops' }),
  }
}
