/**
 * The lab as containers, for tests.
 * @module @polyservice-lab/testcontainers
 */

export type { ServiceName } from '@polyservice-lab/contracts/services'
export { CardsContainer, StartedCardsContainer } from './cards-container.ts'
export { ChatContainer, StartedChatContainer } from './chat-container.ts'
export type { ContainerRuntime } from './container-runtime.ts'
export { containers } from './containers.ts'
export { CourseGrpcContainer, StartedCourseGrpcContainer } from './course-grpc-container.ts'
export { CustomersContainer, StartedCustomersContainer } from './customers-container.ts'
export { NotificationsContainer, StartedNotificationsContainer } from './notifications-container.ts'
export { OrchestratorContainer, StartedOrchestratorContainer } from './orchestrator-container.ts'
export { OrderSagaContainers, type StartedOrderSaga } from './order-saga-containers.ts'
export { OrdersContainer, StartedOrdersContainer } from './orders-container.ts'
export { PaymentsContainer, StartedPaymentsContainer } from './payments-container.ts'
export {
  type LabContainers,
  PolyserviceLab,
  StartedLab,
  type StartedLabContainers,
  type StartedPolyserviceLab,
} from './polyservice-lab.ts'
export { newPostgres, StartedPostgres, startPostgres } from './postgres.ts'
export { StartedRabbitMq, startRabbitMq } from './rabbitmq.ts'
export {
  SagaContainer,
  type SagaEngines,
  StartedSagaContainer,
  startSagaEngines,
  stopSagaEngines,
} from './saga-container.ts'
export { ServiceContainer } from './service-container.ts'
export { ShopContainer, StartedShopContainer } from './shop-container.ts'
export { ShopGraphqlContainer, StartedShopGraphqlContainer } from './shop-graphql-container.ts'
export { ShopGrpcContainer, StartedShopGrpcContainer } from './shop-grpc-container.ts'
export { ShopJsonRpcContainer, StartedShopJsonRpcContainer } from './shop-jsonrpc-container.ts'
export { ShopLiveContainer, StartedShopLiveContainer } from './shop-live-container.ts'
export { ShopRestContainer, StartedShopRestContainer } from './shop-rest-container.ts'
export { ShopSoapContainer, StartedShopSoapContainer } from './shop-soap-container.ts'
export { type Address, StartedServiceContainer } from './started-service-container.ts'
export { StartedTcpHistoryContainer, TcpHistoryContainer } from './tcp-history-container.ts'
export type { Limits } from './throttle.ts'
export {
  StartedUsersApiContainer,
  type UsersApiClient,
  UsersApiContainer,
} from './users-api-container.ts'
export { StartedValkey, startValkey } from './valkey.ts'
export { StartedWsEchoContainer, WsEchoContainer } from './ws-echo-container.ts'
