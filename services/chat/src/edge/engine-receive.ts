import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ReceiveBudget } from '@polyservice-lab/service-kit'
import { type WebSocket, WebSocketServer } from 'ws'

/** Engine.IO's server of WebSockets, which counts what it holds of messages that have not ended. */
export function countedWebSocketServer(budget: ReceiveBudget, closeTimeout: number) {
  return class extends WebSocketServer {
    constructor(options: ConstructorParameters<typeof WebSocketServer>[0]) {
      super({ ...options, closeTimeout } as typeof options)
    }

    override handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      done: (client: WebSocket, request: IncomingMessage) => void,
    ): void {
      super.handleUpgrade(request, socket, head, (client) => {
        const share = budget.open()
        let read = 0
        socket.on('data', (bytes: Buffer) => {
          read += bytes.length
          try {
            share.hold(read)
          } catch {
            client.close(1013, 'busy')
          }
        })
        client.prependListener('message', () => {
          read = 0
          share.hold(0)
        })
        client.once('close', () => share.hold(0))
        done(client as WebSocket, request)
      })
    }
  }
}

/** Counts the body of a request while it comes in. False where there is no room, and the request is answered. */
export function holdBody(request: IncomingMessage, response: ServerResponse, budget: ReceiveBudget): boolean {
  if (request.method !== 'POST') return true
  const share = budget.open()
  let read = 0
  const hold = (bytes: number) => {
    read += bytes
    try {
      share.hold(read)
      return true
    } catch {
      response.writeHead(503, { 'Retry-After': '1', Connection: 'close' }).end('busy')
      request.destroy()
      return false
    }
  }
  request.on('data', (bytes: Buffer) => hold(bytes.length))
  response.once('close', () => share.hold(0))
  return hold(0)
}
