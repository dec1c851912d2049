import type { ServerHttp2Session } from 'node:http2'

/** Pings a peer and ends the connection when an answer stays out, so that a dead peer holds nothing. */
export function keepAlive(session: ServerHttp2Session, intervalMs: number, timeoutMs: number): () => void {
  let timeout: NodeJS.Timeout | undefined
  const interval = setInterval(() => {
    if (timeout !== undefined || session.destroyed || session.closed) return
    timeout = setTimeout(() => session.destroy(), timeoutMs)
    session.ping(() => {
      clearTimeout(timeout)
      timeout = undefined
    })
  }, intervalMs)
  return () => {
    clearInterval(interval)
    clearTimeout(timeout)
  }
}
