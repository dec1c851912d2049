import { createServer } from 'node:http'
import { repliesPerMessage, replyPrefix } from '@polyservice-lab/contracts/ws-echo'
import { drainHttp, listen, type Service, type ServiceDeps } from '@polyservice-lab/service-kit'
import { WebSocketServer } from 'ws'
import type { Config } from './config.ts'

export function createService(config: Config, { logger, metrics }: ServiceDeps): Service {
  const http = createServer()
  const server = new WebSocketServer({ server: http, maxPayload: config.messageBytesMax })
  server.on('connection', (socket) => {
    metrics.connections.inc()
    socket.on('close', () => metrics.connections.dec())
    socket.on('error', (error) => logger.info({ err: error }, 'connection failed'))
    socket.on('message', (data) => {
      for (let i = 1; i <= repliesPerMessage; i++) socket.send(replyPrefix(i) + data.toString())
    })
  })
  return {
    start: () => listen(http, config.port, config.host),
    reset: async () => {},
    [Symbol.asyncDispose]: async () => {
      for (const client of server.clients) client.close(1001)
      await drainHttp(http)
    },
  }
}
