import { createEchoClient, type EchoClient, type EchoClientOptions } from '@polyservice-lab/clients'
import type { StartedTestContainer } from 'testcontainers'
import type { ContainerRuntime } from './container-runtime.ts'
import { ServiceContainer } from './service-container.ts'
import { StartedServiceContainer } from './started-service-container.ts'

/** WebSocket: five numbered replies to every message. */
export class WsEchoContainer extends ServiceContainer<StartedWsEchoContainer> {
  constructor(image?: string) {
    super('ws-echo', image)
  }

  protected override wrap(container: StartedTestContainer, runtime: ContainerRuntime) {
    return new StartedWsEchoContainer('ws-echo', container, runtime)
  }
}

export class StartedWsEchoContainer extends StartedServiceContainer {
  override client(options: Omit<EchoClientOptions, 'host' | 'port'> = {}): EchoClient {
    return createEchoClient({ ...options, ...this.address() })
  }
}
