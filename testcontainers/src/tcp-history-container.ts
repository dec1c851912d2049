import { type ClientOptions, createHistoryClient, type HistoryClient } from '@polyservice-lab/clients'
import { ServiceContainer } from './service-container.ts'
import { StartedServiceContainer } from './started-service-container.ts'

/** Raw TCP: keeps every message, answers with all of them. */
export class TcpHistoryContainer extends ServiceContainer<StartedTcpHistoryContainer> {
  constructor(image?: string) {
    super('tcp-history', StartedTcpHistoryContainer, image)
  }
}

export class StartedTcpHistoryContainer extends StartedServiceContainer {
  override client(options: Omit<ClientOptions, 'host' | 'port'> = {}): HistoryClient {
    return createHistoryClient({ ...options, ...this.address() })
  }
}
