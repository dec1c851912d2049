/**
 * Clients of all protocols of the lab.
 * @module @polyservice-lab/clients
 */

export type { ChatAcks, ChatEvents, NewMessage } from '@polyservice-lab/contracts/chat'
export type {
  Customer,
  DeadLetter,
  Notification,
  Order as SagaOrder,
  OrderHistory,
  Payment,
  Reservation,
  Saga,
  SagaStep,
} from '@polyservice-lab/contracts/order-saga/answers'
export type {
  NewShopOrder,
  NewShopUser,
  ShopEvent,
  ShopFeedPart,
  ShopOrder,
  ShopProduct,
  ShopUser,
  ShopUserChanges,
} from '@polyservice-lab/contracts/shop'
export type {
  Course as RestCourse,
  CourseChanges,
  Credentials,
  Exercise,
  ExerciseChanges,
  NewCourse,
  NewExercise,
  NewUser,
  StoredFile,
  Tokens,
  User,
  UserChanges,
} from '@polyservice-lab/contracts/users-api'
export type { CallOptions, ClientOptions, RetryOptions } from './core/call-options.ts'
export { LabError, type LabErrorCode, type LabErrorDetails } from './core/lab-error.ts'
export type { OnWire, Retry, WireCall, WireEvent, WirePart, WireRequest } from './core/wire.ts'
export {
  type Course,
  type CourseAnswer,
  type CourseCallOptions,
  type CourseClient,
  type CourseClientOptions,
  type CourseClientTls,
  type CourseImport,
  type CoursePage,
  type CourseQuestion,
  type CourseRefusal,
  createCourseClient,
} from './grpc/course-client.ts'
export {
  type AccountClients,
  createLab,
  type Lab,
  type LabOptions,
  type LabPorts,
  type LabShop,
} from './lab.ts'
export {
  type ApiClient,
  type ApiClientOptions,
  type ApiRequest,
  createApiClient,
  type Query,
} from './rest/api-client.ts'
export type { ApiResponse } from './rest/api-response.ts'
export { type AuthenticationClient, createAuthenticationClient } from './rest/authentication-client.ts'
export { type CoursesClient, createCoursesClient } from './rest/courses-client.ts'
export { createExercisesClient, type ExercisesClient } from './rest/exercises-client.ts'
export { createFilesClient, type FilesClient, type NewFile } from './rest/files-client.ts'
export { createSession, type Session, type SessionStart } from './rest/session.ts'
export {
  createPrivateUsersClient,
  createPublicUsersClient,
  type PrivateUsersClient,
  type PublicUsersClient,
} from './rest/users-client.ts'
export {
  type CardAnswer,
  type CardCharge,
  type CardsClient,
  createCardsClient,
  type LedgerEntry,
} from './saga/cards-client.ts'
export { type CustomersClient, createCustomersClient } from './saga/customers-client.ts'
export {
  createNotificationsClient,
  type FollowNotificationsOptions,
  type NotificationsClient,
} from './saga/notifications-client.ts'
export { createOrchestratorClient, type OrchestratorClient } from './saga/orchestrator-client.ts'
export { createOrdersClient, type NewOrder, type OrdersClient } from './saga/orders-client.ts'
export { createPaymentsClient, type NewPayment, type PaymentsClient } from './saga/payments-client.ts'
export type { SagaPage, SagaPageOptions } from './saga/saga-api.ts'
export {
  createShopGraphqlClient,
  type GraphqlVariables,
  type ShopGraphqlClient,
  type ShopGraphqlClientOptions,
} from './shop/graphql-client.ts'
export type { GraphqlFeedOptions } from './shop/graphql-feed.ts'
export {
  createShopGrpcClient,
  type FeedOptions,
  type NamedUser,
  type NamedUsers,
  type ShopGrpcClient,
  type ShopGrpcClientOptions,
} from './shop/grpc-client.ts'
export type { FeedEvent } from './shop/grpc-messages.ts'
export {
  createShopJsonRpcClient,
  type RpcCall,
  type RpcParams,
  type ShopJsonRpcClient,
  type ShopJsonRpcClientOptions,
} from './shop/jsonrpc-client.ts'
export {
  createShopLiveClient,
  type FeedMeans,
  type FollowOptions,
  type PollOptions,
  type ShopLiveClient,
  type ShopLiveClientOptions,
} from './shop/live-client.ts'
export {
  createShopRestClient,
  type ShopChangeOptions,
  type ShopList,
  type ShopListQuery,
  type ShopRestClient,
  type ShopRestClientOptions,
  type Tagged,
} from './shop/rest-client.ts'
export type {
  ListOptions,
  Order,
  OrderListOptions,
  PlaceOptions,
  Product,
  ShopClient,
  User as ShopUserInFull,
} from './shop/shop-client.ts'
export { createHistoryClient, type HistoryClient } from './tcp/history-client.ts'
export type { HistoryMessage, HistorySession, ReadRange } from './tcp/history-session.ts'
export { type ChatClient, type ChatConnectOptions, createChatClient } from './websocket/chat-client.ts'
export type { ChatSession, ChatSessionEvents, JoinOptions } from './websocket/chat-session.ts'
export { createEchoClient, type EchoClient, type EchoClientOptions } from './websocket/echo-client.ts'
export type { EchoReply, EchoSession } from './websocket/echo-session.ts'
