import { type ClientOptions, createPaymentsClient, type PaymentsClient } from '@polyservice-lab/clients'
import { SagaContainer, StartedSagaContainer } from './saga-container.ts'

/** One payment for each order: HTTP, AMQP, and gRPC to cards. */
export class PaymentsContainer extends SagaContainer<StartedPaymentsContainer> {
  constructor(image?: string) {
    super('payments', StartedPaymentsContainer, image)
  }
}

export class StartedPaymentsContainer extends StartedSagaContainer {
  override client(options: Omit<ClientOptions, 'host' | 'port'> = {}): PaymentsClient {
    return createPaymentsClient({ ...options, ...this.address() })
  }
}
