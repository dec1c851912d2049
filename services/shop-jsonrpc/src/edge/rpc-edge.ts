import { ReceiveBudget, type ServiceDeps } from '@polyservice-lab/service-kit'
import {
  type BodyTypes,
  bearerOf,
  checkContentType,
  createHttpApp,
  createHttpServer,
  type Endpoint,
  type Exchange,
  type HttpServer,
  readBody,
  sendAnswer,
} from '@polyservice-lab/service-kit/http'
import type { Shop } from '@polyservice-lab/shop'
import type { Config } from '../config.ts'
import { Dispatcher } from './dispatcher.ts'
import { toWire } from './errors.ts'
import { exampleMethods } from './example-methods.ts'
import { discoverOf } from './openrpc.ts'
import { answersPage } from './page.ts'
import { shopMethodsOf } from './shop-methods.ts'
import { createRpcWebSockets } from './web-sockets.ts'

const json: BodyTypes = { types: ['application/json'], header: 'Accept', named: 'application/json' }
/** The one that names the protocol has its WebSocket as well. */
const paths = ['/', '/rpc']

/** The server of JSON-RPC 2.0: over HTTP, over WebSocket, and the page for people. */
export function createRpcEdge(shop: Shop, config: Config, deps: ServiceDeps): HttpServer {
  const { bodyBytesMax } = config
  const { access } = shop
  const receiveBudget = new ReceiveBudget(config.receiveBytesMax)
  // Each kind of connection has one half of what may wait to be read.
  const sendBytesMax = config.sendBytesMax / 2
  const methods = [...shopMethodsOf(shop), ...exampleMethods]
  const dispatcher = new Dispatcher({
    ...{ ...config, ...deps, access },
    methods: [...methods, discoverOf(methods)],
  })

  const handle: Endpoint['handle'] = async (request, response) => {
    const locals = response.locals as Exchange
    const token = bearerOf(request)
    await access.authorize(token, 'read')
    checkContentType(request, json)
    using share = receiveBudget.open()
    const bytes = await readBody(request, bodyBytesMax, share)
    const { text, operation, outcome } = await dispatcher.answer(bytes, {
      requestId: locals.requestId,
      token,
      share,
    })
    locals.operation = operation
    if (outcome !== 'ok') locals.outcome = outcome
    if (text === undefined) response.writeHead(204).end()
    else sendAnswer(response, { status: 200, body: text })
  }

  const app = createHttpApp({
    endpoints: paths.map((path) => ({ method: 'POST', path, operation: 'other', handle })),
    toWire,
    prepare: answersPage('/'),
    answersOptions: false,
    keepsRequestIds: true,
    corsOrigins: [],
    discardBytesMax: bodyBytesMax,
    sendBytesMax,
    deps,
  })
  const webSockets = createRpcWebSockets({
    ...{ config, sendBytesMax, receiveBudget, access, dispatcher, deps },
    path: '/rpc',
  })
  return createHttpServer(app, config, toWire, deps, webSockets)
}
