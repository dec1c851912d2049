import { type ClientOptions, type CustomersClient, createCustomersClient } from '@polyservice-lab/clients'
import { SagaContainer, StartedSagaContainer } from './saga-container.ts'

/** Customers and their credit: HTTP and AMQP. */
export class CustomersContainer extends SagaContainer<StartedCustomersContainer> {
  constructor(image?: string) {
    super('customers', StartedCustomersContainer, image)
  }
}

export class StartedCustomersContainer extends StartedSagaContainer {
  override client(options: Omit<ClientOptions, 'host' | 'port'> = {}): CustomersClient {
    return createCustomersClient({ ...options, ...this.address() })
  }
}
