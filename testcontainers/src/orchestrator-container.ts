import {
  type ClientOptions,
  createOrchestratorClient,
  type OrchestratorClient,
} from '@polyservice-lab/clients'
import { SagaContainer, StartedSagaContainer } from './saga-container.ts'

/** The sagas of orders, and dead letters: HTTP, SSE and AMQP. */
export class OrchestratorContainer extends SagaContainer<StartedOrchestratorContainer> {
  constructor(image?: string) {
    super('orchestrator', StartedOrchestratorContainer, image)
  }
}

export class StartedOrchestratorContainer extends StartedSagaContainer {
  override client(options: Omit<ClientOptions, 'host' | 'port'> = {}): OrchestratorClient {
    return createOrchestratorClient({ ...options, ...this.address() })
  }
}
