import { type ClientOptions, createOrdersClient, type OrdersClient } from '@polyservice-lab/clients'
import { SagaContainer, StartedSagaContainer } from './saga-container.ts'

/** Orders and their ends: HTTP and AMQP. */
export class OrdersContainer extends SagaContainer<StartedOrdersContainer> {
  constructor(image?: string) {
    super('orders', StartedOrdersContainer, image)
  }
}

export class StartedOrdersContainer extends StartedSagaContainer {
  override client(options: Omit<ClientOptions, 'host' | 'port'> = {}): OrdersClient {
    return createOrdersClient({ ...options, ...this.address() })
  }
}
