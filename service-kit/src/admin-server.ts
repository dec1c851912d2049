import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { AppError } from './app-error.ts'
import type { BaseConfig } from './config.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

/** Probes, scrapers and a person or two. */
const connectionsMax = 64

/** Why the service is not ready, or undefined when it is. */
export type NotReady = string | undefined

export interface AdminOptions {
  readonly config: BaseConfig
  readonly logger: Logger
  readonly metrics: Metrics
  readonly notReady: () => Promise<NotReady>
  /** Puts the state back to that of the first start. */
  readonly reset: () => Promise<void>
}

type Answer = readonly [status: number, body: string, headers?: Record<string, string>]

/** The admin port (contracts/admin/PROTOCOL.md): liveness, readiness, metrics and reset, plain HTTP. */
export function createAdminServer({ config, logger, metrics, notReady, reset }: AdminOptions): Server {
  const routes: Record<
    string,
    { method: 'GET' | 'POST'; answer: (request: IncomingMessage) => Answer | Promise<Answer> }
  > = {
    '/livez': { method: 'GET', answer: () => [200, 'ok\n'] },
    '/readyz': {
      method: 'GET',
      answer: async () => {
        const reason = await notReady()
        return reason === undefined ? [200, 'ok\n'] : [503, `${reason}\n`]
      },
    },
    '/metrics': {
      method: 'GET',
      answer: async () => [
        200,
        await metrics.registry.metrics(),
        { 'Content-Type': metrics.registry.contentType },
      ],
    },
    '/reset': {
      method: 'POST',
      answer: async (request) => {
        // A page in somebody's browser may not: it can send a POST to this machine without asking.
        if (request.headers.origin !== undefined) return [403, 'reset is not for web pages\n']
        if (!config.resetAllowed) return [403, 'reset is not allowed: start the service with RESET=on\n']
        const reason = await notReady()
        if (reason !== undefined) return [503, `${reason}\n`]
        await reset()
        logger.info('reset')
        return [204, '']
      },
    },
  }

  async function answer(request: IncomingMessage): Promise<Answer> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined
    if (!route) return [404, `no such path; there are ${Object.keys(routes).join(', ')}\n`]
    const allowed = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]
    if (!allowed.includes(request.method ?? ''))
      return [405, `use ${route.method}\n`, { Allow: allowed.join(', ') }]
    return route.answer(request)
  }

  function send(response: ServerResponse, [status, body, headers]: Answer): void {
    response.writeHead(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      ...headers,
    })
    response.end(body)
  }

  const limits = { requestTimeout: 5_000, headersTimeout: 5_000, connectionsCheckingInterval: 1_000 }
  const server = createServer(limits, (request, response) => {
    request.resume()
    answer(request).then(
      (result) => send(response, result),
      (error: unknown) => {
        if (error instanceof AppError && error.code === 'unavailable') {
          send(response, [503, `${error.message}\n`])
          return
        }
        logger.error({ err: error }, 'admin request failed')
        send(response, [500, 'internal error\n'])
      },
    )
  })
  server.maxConnections = connectionsMax
  return server
}
