import { type CardsClient, type ClientOptions, createCardsClient } from '@polyservice-lab/clients'
import { SagaContainer, StartedSagaContainer } from './saga-container.ts'

/** A pretended card network: gRPC, and AMQP in the choreography. */
export class CardsContainer extends SagaContainer<StartedCardsContainer> {
  constructor(image?: string) {
    super('cards', StartedCardsContainer, image)
  }
}

export class StartedCardsContainer extends StartedSagaContainer {
  override client(options: Omit<ClientOptions, 'host' | 'port'> = {}): CardsClient {
    return createCardsClient({ ...options, ...this.address() })
  }
}
