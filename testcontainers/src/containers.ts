import type { ServiceName } from '@polyservice-lab/contracts/services'
import { CardsContainer } from './cards-container.ts'
import { ChatContainer } from './chat-container.ts'
import { CourseGrpcContainer } from './course-grpc-container.ts'
import { CustomersContainer } from './customers-container.ts'
import { NotificationsContainer } from './notifications-container.ts'
import { OrchestratorContainer } from './orchestrator-container.ts'
import { OrdersContainer } from './orders-container.ts'
import { PaymentsContainer } from './payments-container.ts'
import type { ServiceContainer } from './service-container.ts'
import { ShopGraphqlContainer } from './shop-graphql-container.ts'
import { ShopGrpcContainer } from './shop-grpc-container.ts'
import { ShopJsonRpcContainer } from './shop-jsonrpc-container.ts'
import { ShopLiveContainer } from './shop-live-container.ts'
import { ShopRestContainer } from './shop-rest-container.ts'
import { ShopSoapContainer } from './shop-soap-container.ts'
import type { StartedServiceContainer } from './started-service-container.ts'
import { TcpHistoryContainer } from './tcp-history-container.ts'
import { UsersApiContainer } from './users-api-container.ts'
import { WsEchoContainer } from './ws-echo-container.ts'

/** The container of each service, under the name that the service has in docker-compose.yml. */
export const containers = {
  'users-api': UsersApiContainer,
  'course-grpc': CourseGrpcContainer,
  'tcp-history': TcpHistoryContainer,
  'ws-echo': WsEchoContainer,
  'shop-rest': ShopRestContainer,
  'shop-grpc': ShopGrpcContainer,
  'shop-soap': ShopSoapContainer,
  chat: ChatContainer,
  'shop-jsonrpc': ShopJsonRpcContainer,
  'shop-live': ShopLiveContainer,
  'shop-graphql': ShopGraphqlContainer,
  orders: OrdersContainer,
  customers: CustomersContainer,
  notifications: NotificationsContainer,
  payments: PaymentsContainer,
  cards: CardsContainer,
  orchestrator: OrchestratorContainer,
} as const satisfies Record<ServiceName, new (image?: string) => ServiceContainer<StartedServiceContainer>>
