import { once } from 'node:events'
import type { Server as HttpServer, ServerResponse } from 'node:http'
import type { Server } from 'node:net'

/** Resolves when the server is bound; a bind error rejects. */
export async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening')
}

/** How long a server must have been silent before its kept-alive connections count as idle, in ms. */
const silenceMs = 250

/**
 * Makes the drain of an HTTP/1.1 server; call it before the server listens, and what it returns to stop without losing
 * a request: no new connections; requests in flight and those that are on their way on a kept-alive connection are
 * answered with `Connection: close`; idle connections end after a moment of silence.
 * @param deadlineMs when connections that are still open, with half a request or an answer nobody reads, are cut off
 */
export function httpDrain(server: HttpServer, deadlineMs: number): () => Promise<void> {
  const responses = new Set<ServerResponse>()
  let draining = false
  let activeAt = 0
  server.prependListener('request', (_request, response: ServerResponse) => {
    responses.add(response)
    response.shouldKeepAlive &&= !draining
    response.once('close', () => {
      responses.delete(response)
      activeAt = performance.now()
    })
  })
  return async () => {
    draining = true
    activeAt = performance.now()
    for (const response of responses) if (!response.headersSent) response.shouldKeepAlive = false
    const closeIdleConnections = server.closeIdleConnections.bind(server)
    // close() would end idle connections at once, with requests that are already on the wire to them.
    server.closeIdleConnections = () => {}
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    const sweep = setInterval(() => {
      if (performance.now() - activeAt >= silenceMs) closeIdleConnections()
    }, silenceMs / 5)
    const cut = setTimeout(() => server.closeAllConnections(), deadlineMs)
    await closed
    clearInterval(sweep)
    clearTimeout(cut)
  }
}
