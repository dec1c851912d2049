import {
  type ClientOptions,
  createNotificationsClient,
  type NotificationsClient,
} from '@polyservice-lab/clients'
import { SagaContainer, StartedSagaContainer } from './saga-container.ts'

/** What customers are told: HTTP, SSE, WebSocket and AMQP. */
export class NotificationsContainer extends SagaContainer<StartedNotificationsContainer> {
  constructor(image?: string) {
    super('notifications', StartedNotificationsContainer, image)
  }
}

export class StartedNotificationsContainer extends StartedSagaContainer {
  override client(options: Omit<ClientOptions, 'host' | 'port'> = {}): NotificationsClient {
    return createNotificationsClient({ ...options, ...this.address() })
  }
}
