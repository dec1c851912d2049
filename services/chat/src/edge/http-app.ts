import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import type { ServiceDeps } from '@polyservice-lab/service-kit'
import { createPage } from '@polyservice-lab/service-kit/http'
import { asksForWebSocket } from '@polyservice-lab/service-kit/websocket'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { toWire } from './errors.ts'
import { notFound, plainPaths, Refusal } from './handshake.ts'
import russian from './page-texts.json' with { type: 'json' }

const upgradeHeaders = { Connection: 'Upgrade, close', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' }

/**
 * Answers every request that is of neither edge: the page and what it loads, or how to connect and why not.
 * @param refuse says why a handshake is refused
 */
export function createHttpApp(
  refuse: (request: IncomingMessage) => Refusal | undefined,
  { access, logger }: ServiceDeps,
): Express {
  const html = readFileSync(new URL('page.html', import.meta.url), 'utf8')
  const page = createPage({ html, russian, loadsScripts: true })
  const client = readFileSync(
    new URL('../../../../node_modules/socket.io/client-dist/socket.io.min.js', import.meta.url),
  )
  const app = express().disable('x-powered-by').disable('etag')

  app.use((request, response, next) => {
    const beganAt = performance.now()
    const requestId = randomUUID()
    response.setHeader('X-Request-Id', requestId).setHeader('X-Content-Type-Options', 'nosniff')
    response.on('close', () => {
      const { operation = 'handshake', outcome = 'ok' } = response.locals as Told
      const durationMs = performance.now() - beganAt
      access({ requestId, operation, outcome, status: response.statusCode, durationMs })
    })
    request.resume()
    next(asksForWebSocket(request) ? refuse(request) : undefined)
  })
  app.get('/', (request, response, next) => {
    // A wildcard does not name HTML: programs send one, browsers send both.
    if (request.accepts()[0]?.toLowerCase() !== 'text/html') return next()
    response.locals['operation'] = 'page'
    page(request, response)
  })
  app.get('/socket.io/socket.io.js', (_request, response) => {
    response.locals['operation'] = 'page'
    response.type('text/javascript').set('Cache-Control', 'no-cache').send(client)
  })
  app.use(({ path, headers: { host = 'this host' } }) => {
    if (!plainPaths.includes(path)) throw notFound(path)
    const line = `This is a chat: connect to ws://${host}/ws, or with Socket.IO to http://${host}.`
    throw new Refusal('unimplemented', line, upgradeHeaders)
  })
  const told: ErrorRequestHandler = (error, _request, response, _next) => {
    const { outcome, status } = toWire(error)
    if (outcome === 'internal') logger.error({ err: error }, 'request failed')
    response.locals['outcome'] = outcome
    if (error instanceof Refusal) response.setHeaders(new Map(Object.entries(error.headers)))
    const body = error instanceof Refusal ? error.message : outcome
    response.status(status).type('txt').send(body)
  }
  return app.use(told)
}

/** What the access line tells of a request. */
interface Told {
  readonly operation?: string
  readonly outcome?: 'ok' | ErrorCode
}
