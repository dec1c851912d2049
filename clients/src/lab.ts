import type { Credentials } from '@polyservice-lab/contracts/users-api'
import type { ClientOptions } from './core/call-options.ts'
import { type CourseClient, createCourseClient } from './grpc/course-client.ts'
import { type AuthenticationClient, createAuthenticationClient } from './rest/authentication-client.ts'
import { type CoursesClient, createCoursesClient } from './rest/courses-client.ts'
import { createExercisesClient, type ExercisesClient } from './rest/exercises-client.ts'
import { createFilesClient, type FilesClient } from './rest/files-client.ts'
import { createSession, type Session } from './rest/session.ts'
import {
  createPrivateUsersClient,
  createPublicUsersClient,
  type PrivateUsersClient,
  type PublicUsersClient,
} from './rest/users-client.ts'
import { type CardsClient, createCardsClient } from './saga/cards-client.ts'
import { type CustomersClient, createCustomersClient } from './saga/customers-client.ts'
import { createNotificationsClient, type NotificationsClient } from './saga/notifications-client.ts'
import { createOrchestratorClient, type OrchestratorClient } from './saga/orchestrator-client.ts'
import { createOrdersClient, type OrdersClient } from './saga/orders-client.ts'
import { createPaymentsClient, type PaymentsClient } from './saga/payments-client.ts'
import { createShopGraphqlClient, type ShopGraphqlClient } from './shop/graphql-client.ts'
import { createShopGrpcClient, type ShopGrpcClient } from './shop/grpc-client.ts'
import { createShopJsonRpcClient, type ShopJsonRpcClient } from './shop/jsonrpc-client.ts'
import { createShopLiveClient, type ShopLiveClient } from './shop/live-client.ts'
import { loadedLater } from './shop/loaded-later.ts'
import { createShopRestClient, type ShopRestClient } from './shop/rest-client.ts'
import type { ShopClient } from './shop/shop-client.ts'
import { createHistoryClient, type HistoryClient } from './tcp/history-client.ts'
import { type ChatClient, createChatClient } from './websocket/chat-client.ts'
import { createEchoClient, type EchoClient } from './websocket/echo-client.ts'

/** The TCP port of each service, where it is not that of the lab. */
export interface LabPorts {
  /** REST. Default: 8001. */
  readonly usersApi?: number | undefined
  /** gRPC. Default: 50051. */
  readonly courseGrpc?: number | undefined
  /** Raw TCP. Default: 12345. */
  readonly tcpHistory?: number | undefined
  /** WebSocket. Default: 8765. */
  readonly wsEcho?: number | undefined
  /** The shop in gRPC. Default: 50052. */
  readonly shopGrpc?: number | undefined
  /** The chat. Default: 8766. */
  readonly chat?: number | undefined
  /** Orders of the order saga. Default: 8010. */
  readonly orders?: number | undefined
  /** Customers of the order saga. Default: 8011. */
  readonly customers?: number | undefined
  /** Payments of the order saga. Default: 8012. */
  readonly payments?: number | undefined
  /** The card network of the order saga. Default: 8013. */
  readonly cards?: number | undefined
  /** Notifications of the order saga. Default: 8014. */
  readonly notifications?: number | undefined
  /** The orchestrator of the order saga. Default: 8015. */
  readonly orchestrator?: number | undefined
  /** The shop in JSON-RPC. Default: 8005. */
  readonly shopJsonRpc?: number | undefined
  /** The shop in SOAP. Default: 8004. */
  readonly shopSoap?: number | undefined
  /** The shop in GraphQL. Default: 8003. */
  readonly shopGraphql?: number | undefined
  /** The shop in REST. Default: 8002. */
  readonly shopRest?: number | undefined
  /** The feed of the shop. Default: 8006. */
  readonly shopLive?: number | undefined
}

/** Holds for every client of the lab. The host is 127.0.0.1 by default. */
export interface LabOptions extends Omit<ClientOptions, 'port'> {
  readonly ports?: LabPorts | undefined
  /** Who the REST clients speak for: they log in with it when they first need to. Default: nobody. */
  readonly account?: Credentials | undefined
}

/** The REST clients of one account. */
export interface AccountClients {
  readonly users: PublicUsersClient & PrivateUsersClient
  readonly files: FilesClient
  readonly courses: CoursesClient
  readonly exercises: ExercisesClient
}

/** The shop, by each of its styles. */
export interface LabShop {
  readonly rest: ShopRestClient
  readonly grpc: ShopGrpcClient
  readonly jsonrpc: ShopJsonRpcClient
  /** SOAP: users are shown in full. */
  readonly soap: ShopClient
  readonly graphql: ShopGraphqlClient
  readonly live: ShopLiveClient
}

/** All protocols. Disposing it closes the connections of gRPC; sessions are disposed by who opened them. */
export interface Lab extends AccountClients, AsyncDisposable {
  readonly authentication: AuthenticationClient
  /** gRPC */
  readonly catalogue: CourseClient
  /** Raw TCP */
  readonly history: HistoryClient
  /** WebSocket */
  readonly echo: EchoClient
  /** WebSocket */
  readonly chat: ChatClient
  /** One shop in all styles */
  readonly shop: LabShop
  /** Orders of the order saga */
  readonly orders: OrdersClient
  /** Customers of the order saga */
  readonly customers: CustomersClient
  /** Payments of the order saga */
  readonly payments: PaymentsClient
  /** The card network of the order saga (gRPC) */
  readonly cards: CardsClient
  /** Notifications of the order saga */
  readonly notifications: NotificationsClient
  /** The orchestrator of the order saga */
  readonly orchestrator: OrchestratorClient
  /** The REST clients of an account: the same ones for the same account, which log in once. */
  as(account: Credentials): AccountClients
}

/**
 * One client per service, made with the same options. Nothing is sent before the first call.
 * @example
 * await using lab = createLab({ host: '127.0.0.1' })
 * console.log((await lab.catalogue.getCourse('api-course')).title)
 */
export function createLab({ ports = {}, account, ...options }: LabOptions = {}): Lab {
  const rest = { ...options, port: ports.usersApi }
  const authentication = createAuthenticationClient(rest)
  const catalogue = createCourseClient({ ...options, port: ports.courseGrpc })
  const cards = createCardsClient({ ...options, port: ports.cards })
  const shop = {
    rest: createShopRestClient({ ...options, port: ports.shopRest }),
    grpc: createShopGrpcClient({ ...options, port: ports.shopGrpc }),
    jsonrpc: createShopJsonRpcClient({ ...options, port: ports.shopJsonRpc }),
    soap: loadedLater(async () =>
      (await import('./shop/soap-client.ts')).createShopSoapClient({ ...options, port: ports.shopSoap }),
    ),
    graphql: createShopGraphqlClient({ ...options, port: ports.shopGraphql }),
    live: createShopLiveClient({ ...options, port: ports.shopLive }),
  }
  const accounts = new Map<string, AccountClients>()

  function as(who: Credentials): AccountClients {
    const key = JSON.stringify([who.email, who.password])
    const clients = accounts.get(key) ?? accountClients(rest, createSession(authentication, { account: who }))
    accounts.set(key, clients)
    return clients
  }

  return {
    ...(account === undefined ? accountClients(rest) : as(account)),
    authentication,
    catalogue,
    history: createHistoryClient({ ...options, port: ports.tcpHistory }),
    echo: createEchoClient({ ...options, port: ports.wsEcho }),
    chat: createChatClient({ ...options, port: ports.chat }),
    shop,
    orders: createOrdersClient({ ...options, port: ports.orders }),
    customers: createCustomersClient({ ...options, port: ports.customers }),
    payments: createPaymentsClient({ ...options, port: ports.payments }),
    cards,
    notifications: createNotificationsClient({ ...options, port: ports.notifications }),
    orchestrator: createOrchestratorClient({ ...options, port: ports.orchestrator }),
    as,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([catalogue, cards, shop.grpc].map((client) => client[Symbol.asyncDispose]()))
    },
  }
}

function accountClients(rest: ClientOptions, session?: Session): AccountClients {
  const options = { ...rest, session }
  return {
    // Whoever creates an account need not have one.
    users: { ...createPublicUsersClient(rest), ...createPrivateUsersClient(options) },
    files: createFilesClient(options),
    courses: createCoursesClient(options),
    exercises: createExercisesClient(options),
  }
}
