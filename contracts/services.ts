/** The parts of the lab, each started by `make up LAB=<wing>`; `core` is always there. */
export const wings = ['core', 'styles', 'chat', 'events', 'watch'] as const

export type Wing = (typeof wings)[number]

/** What one service of the lab is, outside its own folder. */
export interface ServiceDescription {
  /** The port of the protocol, inside the container and by default on the host. */
  readonly port: number
  /** The host port of health, metrics and reset; inside every container it is `containerAdminPort`. */
  readonly adminPort: number
  /** The part of the lab that it comes with. */
  readonly wing: Wing
  /** What is spoken on the port. */
  readonly protocol: string
  /** What it does, in one line of Markdown. */
  readonly title: string
  /** What outlives the process; undefined where nothing does. */
  readonly keeps: string | undefined
  /** One command that shows it, at its default port on 127.0.0.1. */
  readonly tryIt: string
}

/** The services of the lab, as docker-compose.yml names them: the one place that lists them. */
export const services = {
  'course-grpc': {
    port: 50_051,
    adminPort: 9051,
    wing: 'core',
    protocol: 'gRPC',
    title: 'courses, all four call kinds, health and reflection',
    keeps: 'courses, in SQLite',
    tryIt:
      'grpcurl -plaintext -d \'{"course_id":"api-course"}\' 127.0.0.1:50051 courseservice.CourseService/GetCourse',
  },
  'tcp-history': {
    port: 12_345,
    adminPort: 9345,
    wing: 'core',
    protocol: 'raw TCP',
    title: 'keeps every message, answers each client with all of them',
    keeps: 'messages, in log segments',
    tryIt: "printf 'hello' | nc -N 127.0.0.1 12345",
  },
  'ws-echo': {
    port: 8765,
    adminPort: 9765,
    wing: 'core',
    protocol: 'WebSocket',
    title: 'answers every message with five numbered replies',
    keeps: undefined,
    tryIt: 'npx --yes wscat -c ws://127.0.0.1:8765 -x hello',
  },
  'users-api': {
    port: 8001,
    adminPort: 9001,
    wing: 'core',
    protocol: 'REST with JWT',
    title: 'users, files, courses, exercises; OpenAPI at `/docs`',
    keeps: 'users, courses and files, in SQLite and a folder, or in PostgreSQL',
    tryIt: 'curl -s http://127.0.0.1:8001/api/v1/users/me',
  },
  'shop-rest': {
    port: 8002,
    adminPort: 9002,
    wing: 'styles',
    protocol: 'REST',
    title: 'users, products and orders of the shop, in two versions; OpenAPI at `/docs`',
    keeps: undefined,
    tryIt: "curl -s 'http://127.0.0.1:8002/api/v2/products?sort=price_asc&limit=3'",
  },
  'shop-graphql': {
    port: 8003,
    adminPort: 9003,
    wing: 'styles',
    protocol: 'GraphQL',
    title: 'the same shop in GraphQL, with subscriptions over WebSocket and SSE; GraphiQL at `/graphql`',
    keeps: undefined,
    tryIt:
      'curl -s http://127.0.0.1:8003/graphql --json \'{"query": "{ products(limit: 3) { name price } }"}\'',
  },
  'shop-grpc': {
    port: 50_052,
    adminPort: 9052,
    wing: 'styles',
    protocol: 'gRPC',
    title: 'users, products and orders of the shop, and its feed as a stream',
    keeps: undefined,
    tryIt: 'grpcurl -plaintext -d \'{"id":"302"}\' 127.0.0.1:50052 shop.v1.ShopService/GetProduct',
  },
  'shop-soap': {
    port: 8004,
    adminPort: 9004,
    wing: 'styles',
    protocol: 'SOAP 1.2 and 1.1',
    title: 'users, products and orders of the shop; WSDL at `/?wsdl`, a page at `/` that sends envelopes',
    keeps: undefined,
    tryIt: 'curl -s http://127.0.0.1:8004/?wsdl',
  },
  'shop-jsonrpc': {
    port: 8005,
    adminPort: 9005,
    wing: 'styles',
    protocol: 'JSON-RPC 2.0',
    title: 'the shop over HTTP and WebSocket, alone and in batches; OpenRPC by `rpc.discover`, a page at `/`',
    keeps: undefined,
    tryIt:
      'curl -s http://127.0.0.1:8005 --json \'{"jsonrpc":"2.0","method":"getUser","params":{"id":123},"id":1}\'',
  },
  'shop-live': {
    port: 8006,
    adminPort: 9006,
    wing: 'styles',
    protocol: 'polling, long polling, SSE and WebSocket',
    title: 'the feed of the shop by four means, and a page at `/` that shows what each costs',
    keeps: undefined,
    tryIt: 'curl -sN http://127.0.0.1:8006/events/stream?after=0',
  },
  chat: {
    port: 8766,
    adminPort: 9766,
    wing: 'chat',
    protocol: 'WebSocket and Socket.IO',
    title: 'a chat with rooms, presence and resume, on several replicas over Valkey; a page at `/`',
    keeps: undefined,
    tryIt: 'npx --yes wscat -c ws://127.0.0.1:8766/ws -x \'{"type":"chat_message","text":"hello","id":1}\'',
  },
  orders: {
    port: 8010,
    adminPort: 9010,
    wing: 'events',
    protocol: 'HTTP and AMQP',
    title: 'takes orders, and tells how each of them ends',
    keeps: undefined,
    tryIt:
      'curl -s http://127.0.0.1:8010/orders -H \'Content-Type: application/json\' -H "Idempotency-Key: $RANDOM" -d \'{"customerId":"ada","total":{"amount":1999,"currency":"EUR"},"cardNumber":"4242424242424242"}\'',
  },
  customers: {
    port: 8011,
    adminPort: 9011,
    wing: 'events',
    protocol: 'HTTP and AMQP',
    title: 'customers with a credit limit, and what is reserved of it',
    keeps: undefined,
    tryIt: 'curl -s http://127.0.0.1:8011/customers',
  },
  payments: {
    port: 8012,
    adminPort: 9012,
    wing: 'events',
    protocol: 'HTTP and AMQP',
    title: 'one payment for each order, taken from its card and given back',
    keeps: undefined,
    tryIt: 'curl -s http://127.0.0.1:8012/payments',
  },
  cards: {
    port: 8013,
    adminPort: 9013,
    wing: 'events',
    protocol: 'gRPC',
    title: 'a pretended card network with a ledger, and test cards that fail in every way',
    keeps: undefined,
    tryIt: 'grpcurl -plaintext 127.0.0.1:8013 lab.cards.v1.Cards/ListEntries',
  },
  notifications: {
    port: 8014,
    adminPort: 9014,
    wing: 'events',
    protocol: 'HTTP, SSE, WebSocket and AMQP',
    title: 'what customers are told of their orders, as lists and as they happen',
    keeps: undefined,
    tryIt: 'curl -sN http://127.0.0.1:8014/notifications/stream?customerId=ada',
  },
  orchestrator: {
    port: 8015,
    adminPort: 9015,
    wing: 'events',
    protocol: 'HTTP, SSE and AMQP',
    title: 'the sagas of orders, step by step, and dead letters with replay; a page at `/`',
    keeps: undefined,
    tryIt: 'curl -s http://127.0.0.1:8015/sagas',
  },
} as const satisfies Record<string, ServiceDescription>

export type ServiceName = keyof typeof services

/** The services that are always there. */
export type CoreServiceName = {
  [Name in ServiceName]: (typeof services)[Name]['wing'] extends 'core' ? Name : never
}[ServiceName]

export const serviceNames = Object.keys(services) as ServiceName[]

export const coreServiceNames = serviceNames.filter(
  (name): name is CoreServiceName => services[name].wing === 'core',
)

/** The port of health, metrics and reset inside every container. */
export const containerAdminPort = 9090

/** Variables of the whole lab: compose gives them to every service under the name that the service reads. */
export const labVariables = ['LOG_LEVEL', 'RESET', 'SHUTDOWN_TIMEOUT_MS'] as const

/** Variables that the image sets: what is inside a container does not depend on the lab around it. */
export const containerVariables = ['HOST', 'PORT', 'ADMIN_PORT', 'DATA_DIR'] as const

/** Variables that all services of a wing share, and the one name that each has in compose. */
const wingVariables: Partial<Record<Wing, Readonly<Record<string, string>>>> = {
  styles: {
    AUTH: 'SHOP_AUTH',
    SHOP_USERNAME: 'SHOP_USERNAME',
    SHOP_PASSWORD: 'SHOP_PASSWORD',
    SHOP_SOAP_PASSWORD: 'SHOP_SOAP_PASSWORD',
    SHOP_JWT_SECRET: 'SHOP_JWT_SECRET',
    DATABASE_URL: 'SHOP_DATABASE_URL',
    EVENTS_KEPT_MAX: 'SHOP_EVENTS_KEPT_MAX',
    IDEMPOTENCY_KEEP_HOURS: 'SHOP_IDEMPOTENCY_KEEP_HOURS',
  },
  events: {
    FLOW: 'SAGA_FLOW',
    AMQP_URL: 'SAGA_AMQP_URL',
    RETRY_DELAYS_MS: 'SAGA_RETRY_DELAYS_MS',
  },
}

/**
 * The name in compose and .env of what a service reads as `variable`.
 * @example composeVariable('ws-echo', 'MESSAGE_BYTES_MAX') === 'WS_ECHO_MESSAGE_BYTES_MAX'
 */
export function composeVariable(service: string, variable: string): string {
  if ((labVariables as readonly string[]).includes(variable)) return variable
  const wing = (services as Readonly<Record<string, ServiceDescription>>)[service]?.wing ?? 'core'
  const shared = wingVariables[wing]?.[variable]
  if (shared !== undefined) return shared
  return `${service.toUpperCase().replaceAll('-', '_')}_${variable}`
}

/** The first label of the host names by which the gateway knows services whose own name is longer. */
const gatewayNames: Readonly<Record<string, string>> = {
  'users-api': 'users',
  'ws-echo': 'echo',
  'shop-rest': 'rest',
  'shop-graphql': 'graphql',
  'shop-jsonrpc': 'rpc',
  'shop-soap': 'soap',
  'shop-live': 'live',
}

/**
 * The first label of the host name by which the gateway knows a service.
 * @example gatewayName('shop-rest') === 'rest' // http://rest.localhost:8080
 */
export function gatewayName(service: string): string {
  return gatewayNames[service] ?? service
}
