import { createEchoClient, type EchoClient, type EchoClientOptions } from '@polyservice-lab/clients'
import { ServiceContainer } from './service-container.ts'
import { StartedServiceContainer } from './started-service-container.ts'

/** WebSocket: five numbered replies to every message. */
export class WsEchoContainer extends ServiceContainer<StartedWsEchoContainer> {
  constructor(image?: string) {
    super('ws-echo', StartedWsEchoContainer, image)
  }
}

export class StartedWsEchoContainer extends StartedServiceContainer {
  override client(options: Omit<EchoClientOptions, 'host' | 'port'> = {}): EchoClient {
    return createEchoClient({ ...options, ...this.address() })
  }
}
