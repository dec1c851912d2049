import { type ChatClient, type ClientOptions, createChatClient } from '@polyservice-lab/clients'
import { ServiceContainer } from './service-container.ts'
import { StartedServiceContainer } from './started-service-container.ts'

/** A chat over WebSocket and Socket.IO. */
export class ChatContainer extends ServiceContainer<StartedChatContainer> {
  constructor(image?: string) {
    super('chat', StartedChatContainer, image)
  }
}

export class StartedChatContainer extends StartedServiceContainer {
  override client(options: Omit<ClientOptions, 'host' | 'port'> = {}): ChatClient {
    return createChatClient({ ...options, ...this.address() })
  }
}
