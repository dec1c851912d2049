import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Metrics } from '../metrics.ts'

/** Counts the open connections of a server, and their bytes after every answer. */
export function meterConnections(server: Server, metrics: Metrics): void {
  const counters = new WeakMap<Socket, () => void>()
  const leave = new WeakMap<Socket, () => void>()
  server.on('connection', (socket) => {
    let received = 0
    let sent = 0
    const count = () => {
      metrics.receivedBytes.inc(socket.bytesRead - received)
      metrics.sentBytes.inc(socket.bytesWritten - sent)
      received = socket.bytesRead
      sent = socket.bytesWritten
    }
    counters.set(socket, count)
    metrics.connections.inc()
    const closed = () => {
      metrics.connections.dec()
      count()
    }
    socket.once('close', closed)
    // The room of the other protocol counts it from here on.
    leave.set(socket, () => {
      socket.off('close', closed)
      closed()
    })
  })
  server.on('upgrade', ({ socket }) => leave.get(socket)?.())
  server.on('request', ({ socket }, response: ServerResponse) =>
    response.on('close', () => counters.get(socket)?.()),
  )
}

/**
 * Cuts off clients that take nothing of an answer which waits for them.
 * @param everyMs how often answers that wait are looked for
 */
export function cutSlowReaders(server: Server, sendTimeoutMs: number, everyMs: number): void {
  const sockets = new Set<Socket>()
  const behind = new WeakSet<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const timer = setInterval(() => {
    // Node destroys a socket on which nothing moves for so long, and sets another time when the answer is sent.
    for (const socket of sockets) {
      const isBehind = socket.writableLength > 0
      if (isBehind && socket.timeout !== sendTimeoutMs) {
        socket.setTimeout(sendTimeoutMs)
        behind.add(socket)
      }
      // The next event of a stream may come later than that; an answer that ended has set a time of its own.
      if (!isBehind && behind.delete(socket) && socket.timeout === sendTimeoutMs) socket.setTimeout(0)
    }
  }, everyMs)
  server.once('close', () => clearInterval(timer))
}
