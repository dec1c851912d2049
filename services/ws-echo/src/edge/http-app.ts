import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import type { ServiceDeps } from '@polyservice-lab/service-kit'
import { createPage } from '@polyservice-lab/service-kit/http'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { toWire } from './errors.ts'
import { asksForWebSocket, Refusal, upgradeRequired } from './handshake.ts'
import russian from './page-texts.json' with { type: 'json' }

/**
 * Answers every request that does not become a WebSocket: the page for people, or how to connect and why not.
 * @param refuse says why a handshake is refused
 */
export function createHttpApp(
  refuse: (request: IncomingMessage) => Refusal | undefined,
  { access, logger }: ServiceDeps,
): Express {
  const html = readFileSync(new URL('page.html', import.meta.url), 'utf8')
  const page = createPage({ html, russian })
  const app = express().disable('x-powered-by').disable('etag')

  app.use((request, response, next) => {
    const beganAt = performance.now()
    const requestId = randomUUID()
    response.setHeader('X-Request-Id', requestId)
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
  app.use(({ headers: { host = 'this host' } }) => {
    throw upgradeRequired(`This is a WebSocket server: connect to ws://${host}/ and send a message.`)
  })
  const told: ErrorRequestHandler = (error, _request, response, _next) => {
    const { outcome, status, reason } = toWire(error)
    if (outcome === 'internal') logger.error({ err: error }, 'request failed')
    response.locals['outcome'] = outcome
    response.setHeader('X-Content-Type-Options', 'nosniff')
    if (error instanceof Refusal) response.setHeaders(new Map(Object.entries(error.headers)))
    response
      .status((error instanceof Refusal && error.status) || status)
      .type('txt')
      .send(`${reason}\n`)
  }
  return app.use(told)
}

/** What the access line tells of a request. */
interface Told {
  readonly operation?: string
  readonly outcome?: 'ok' | ErrorCode
}
