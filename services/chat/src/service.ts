import { randomUUID } from 'node:crypto'
import { lobbyRooms } from '@polyservice-lab/contracts/chat'
import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import type { Config } from './config.ts'
import { Chat } from './domain/chat.ts'
import { ChatServer } from './edge/chat-server.ts'
import { MemoryLog } from './store/memory-log.ts'
import { RedisLog } from './store/redis-log.ts'

export function createService(config: Config, deps: ServiceDeps): Service {
  const chat = new Chat({
    lobby: lobbyRooms,
    limits: config,
    log: config.redisUrl === undefined ? new MemoryLog() : new RedisLog(config.redisUrl, config, deps.logger),
    now: Date.now,
    newId: randomUUID,
  })
  const server = new ChatServer(config, chat, deps)
  return {
    async start() {
      await chat.open()
      await server.start()
    },
    notReady: async () => chat.problem,
    reset: () => chat.reset(),
    async [Symbol.asyncDispose]() {
      await server.drain()
      await chat.close()
    },
  }
}
