import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Metrics } from '@polyservice-lab/service-kit'
import { prefersHtml } from './accept.ts'
import { asksForWebSocket, plainHttpRefusal, type Refusal } from './handshake.ts'
import type { Page } from './page.ts'

export interface PlainHttpOptions {
  readonly page: Page
  /** Why a handshake is refused. */
  readonly refuse: (request: IncomingMessage) => Refusal | undefined
  readonly metrics: Metrics
}

/** Answers every request that does not become a WebSocket: the page for people, or how and why not. */
export function createPlainHttp({ page, refuse, metrics }: PlainHttpOptions) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const beganAt = performance.now()
    const observe = (operation: string, outcome: string) =>
      metrics.observe(operation, outcome, (performance.now() - beganAt) / 1000)
    request.resume()
    if (wantsPage(request)) {
      response.writeHead(200, page.headers)
      response.end(page.html, () => observe('page', 'ok'))
      return
    }
    const refused = asksForWebSocket(request) ? refuse(request) : undefined
    const { code, status, headers, line } = refused ?? plainHttpRefusal(request.headers.host ?? 'this host')
    response.writeHead(status, headers)
    response.end(`${line}\n`, () => observe('handshake', code))
  }
}

function wantsPage({ method = '', url = '', headers }: IncomingMessage): boolean {
  const path = url.split('?', 1)[0]
  return ['GET', 'HEAD'].includes(method) && path === '/' && prefersHtml(headers.accept ?? '')
}
