import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type { Server } from 'node:net'

/** Resolves when the server is bound; a bind error rejects. */
export async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening')
}

/** How long a kept-alive connection may still bring a request after the server stopped to listen, in ms. */
const lastRequestMs = 250

/**
 * Stops an HTTP/1.1 server without losing a request: no new connections; requests in flight and those that are on
 * their way on a kept-alive connection are answered with `Connection: close`; idle connections end after a moment.
 * @param deadlineMs when connections that are still open, with half a request or an answer nobody reads, are cut off
 */
export async function drainHttp(server: HttpServer, deadlineMs = 5_000): Promise<void> {
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false
  })
  const closeIdleConnections = server.closeIdleConnections.bind(server)
  // close() would end idle connections at once, with requests that are already on the wire to them.
  server.closeIdleConnections = () => {}
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const sweep = setInterval(closeIdleConnections, lastRequestMs)
  const cut = setTimeout(() => server.closeAllConnections(), deadlineMs)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
}
