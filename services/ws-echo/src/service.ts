import { repliesPerMessage, replyPrefix } from '@polyservice-lab/contracts/ws-echo'
import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import type { Config } from './config.ts'
import { repliesWith } from './domain/replies.ts'
import { EchoServer } from './edge/echo-server.ts'

export function createService(config: Config, deps: ServiceDeps): Service {
  const prefixes = Array.from({ length: repliesPerMessage }, (_, i) => replyPrefix(i + 1))
  const server = new EchoServer(config, repliesWith(prefixes), deps)
  return {
    start: () => server.start(),
    // An echo remembers nothing.
    reset: async () => {},
    [Symbol.asyncDispose]: () => server.drain(),
  }
}
