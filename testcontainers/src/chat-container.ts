import { type ChatClient, type ClientOptions, createChatClient } from '@polyservice-lab/clients'
import { ServiceContainer } from './service-container.ts'
import { StartedServiceContainer } from './started-service-container.ts'
import type { StartedValkey } from './valkey.ts'

/** A chat over WebSocket and Socket.IO. */
export class ChatContainer extends ServiceContainer<StartedChatContainer> {
  constructor(image?: string) {
    super('chat', StartedChatContainer, image)
  }

  /** Shares the chat of a Valkey that runs: several containers on one are replicas. */
  withValkey(valkey: StartedValkey): this {
    return this.withNetwork(valkey.network).withEnvironment({ REDIS_URL: valkey.url() })
  }
}

export class StartedChatContainer extends StartedServiceContainer {
  override client(options: Omit<ClientOptions, 'host' | 'port'> = {}): ChatClient {
    return createChatClient({ ...options, ...this.address() })
  }
}
