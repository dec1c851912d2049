import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Metrics } from '@polyservice-lab/service-kit'

/** Counts the open connections of a server, and their bytes after every answer. */
export function meterConnections(server: Server, metrics: Metrics): void {
  const meters = new WeakMap<Socket, () => void>()
  server.on('connection', (socket) => {
    let received = 0
    let sent = 0
    const read = () => {
      metrics.receivedBytes.inc(socket.bytesRead - received)
      metrics.sentBytes.inc(socket.bytesWritten - sent)
      received = socket.bytesRead
      sent = socket.bytesWritten
    }
    meters.set(socket, read)
    metrics.connections.inc()
    socket.once('close', () => {
      metrics.connections.dec()
      read()
    })
  })
  server.on('request', ({ socket }, response) => response.once('close', () => meters.get(socket)?.()))
}
