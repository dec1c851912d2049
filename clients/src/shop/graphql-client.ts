import { services } from '@polyservice-lab/contracts/services'
import type { ShopEvent } from '@polyservice-lab/contracts/shop'
import type { CallOptions, ClientOptions } from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { createApiClient } from '../rest/api-client.ts'
import { dataOf, type GraphqlResult } from './graphql-errors.ts'
import { followFeed, type GraphqlFeedOptions } from './graphql-feed.ts'
import {
  orderFields,
  orderOf,
  productFields,
  productOf,
  userFields,
  userOf,
  type WireOrder,
  type WireProduct,
  type WireUser,
} from './graphql-views.ts'
import type { ShopClient } from './shop-client.ts'

export interface ShopGraphqlClientOptions extends ClientOptions {
  /** A token of shop-rest, sent with every request. */
  readonly token?: string | undefined
}

export type GraphqlVariables = Readonly<Record<string, unknown>>

/**
 * The shop in GraphQL. Calls reject with a LabError: `code`, `reason` and `violations` are those of the first error of the
 * result, `body` is the whole result.
 */
export interface ShopGraphqlClient extends ShopClient {
  /**
   * Runs a query or a mutation. `Data` is the type that the caller takes the data to have: it is not checked.
   * @throws LabError where the result has errors, even beside data
   */
  request<Data = Readonly<Record<string, unknown>>>(
    document: string,
    variables?: GraphqlVariables,
    call?: CallOptions,
  ): Promise<Data>
  /**
   * Every change, each once and in order, over a WebSocket (graphql-transport-ws), until the loop over them ends, the signal
   * does, or a LabError is thrown. With `retries`, a lost connection is made again and goes on after the last event.
   */
  feed(options?: GraphqlFeedOptions): AsyncGenerator<ShopEvent, void>
}

const documents = {
  getUser: `query GetUser($id: ID!) { user(id: $id) ${userFields} }`,
  listUsers: `query ListUsers($limit: Int) { users(limit: $limit) ${userFields} }`,
  createUser: `mutation CreateUser($name: String!, $email: String!, $role: Role) { createUser(name: $name, email: $email, role: $role) { user ${userFields} } }`,
  updateUser: `mutation UpdateUser($id: ID!, $name: String, $email: String, $role: Role) { updateUser(id: $id, name: $name, email: $email, role: $role) { user ${userFields} } }`,
  deleteUser: 'mutation DeleteUser($id: ID!) { deleteUser(id: $id) { id } }',
  getProduct: `query GetProduct($id: ID!) { product(id: $id) ${productFields} }`,
  listProducts: `query ListProducts($limit: Int) { products(limit: $limit) ${productFields} }`,
  getOrder: `query GetOrder($id: ID!) { order(id: $id) ${orderFields} }`,
  listOrders: `query ListOrders($userId: ID, $status: OrderStatus, $limit: Int) { orders(userId: $userId, status: $status, limit: $limit) ${orderFields} }`,
  placeOrder: `mutation PlaceOrder($userId: ID!, $items: [OrderItemInput!]!, $idempotencyKey: String) { placeOrder(userId: $userId, items: $items, idempotencyKey: $idempotencyKey) { order ${orderFields} } }`,
  cancelOrder: `mutation CancelOrder($id: ID!) { cancelOrder(id: $id) { order ${orderFields} } }`,
} as const

const limitDefault = 20

/**
 * Default: 127.0.0.1:8003.
 * @example
 * const { products } = await createShopGraphqlClient().request<{ products: { name: string }[] }>('{ products { name } }')
 */
export function createShopGraphqlClient(options: ShopGraphqlClientOptions = {}): ShopGraphqlClient {
  const port = options.port ?? services['shop-graphql'].port
  const api = createApiClient({ ...options, port })

  async function request<Data>(
    document: string,
    variables: GraphqlVariables = {},
    call?: CallOptions,
  ): Promise<Data> {
    const headers = { Accept: 'application/graphql-response+json' }
    const json = { query: document, variables }
    const { status, headers: told, body } = await api.post('/graphql', { headers, json }, call)
    return dataOf(body as GraphqlResult<Data> | undefined, status, told)
  }
  /** The value of the one field of a document. */
  async function one<T>(name: keyof typeof documents, variables: GraphqlVariables, call?: CallOptions) {
    const [value] = Object.values(await request<Record<string, T>>(documents[name], variables, call))
    return value as T
  }
  async function get<Entity>(kind: 'user' | 'product' | 'order', id: number, call?: CallOptions) {
    const name = ({ user: 'getUser', product: 'getProduct', order: 'getOrder' } as const)[kind]
    const found = await one<Entity | null>(name, { id: String(id) }, call)
    if (found !== null) return found
    throw new LabError('not_found', `there is no such ${kind}`, { reason: `${kind}_not_found`, status: 200 })
  }

  return {
    request,
    feed: (feedOptions) => followFeed({ ...options, port }, feedOptions),
    getUser: async (id, call) => userOf(await get('user', id, call)),
    listUsers: async ({ limit = limitDefault, ...call } = {}) =>
      (await one<WireUser[]>('listUsers', { limit }, call)).map(userOf),
    createUser: async ({ name, email, role }, call) =>
      userOf((await one<{ user: WireUser }>('createUser', { name, email, role }, call)).user),
    async updateUser(id, { name, email, role }, call) {
      const variables = { id: String(id), name, email, role }
      return userOf((await one<{ user: WireUser }>('updateUser', variables, call)).user)
    },
    async deleteUser(id, call) {
      await one('deleteUser', { id: String(id) }, call)
    },
    getProduct: async (id, call) => productOf(await get('product', id, call)),
    listProducts: async ({ limit = limitDefault, ...call } = {}) =>
      (await one<WireProduct[]>('listProducts', { limit }, call)).map(productOf),
    getOrder: async (id, call) => orderOf(await get('order', id, call)),
    listOrders: async ({ userId, status, limit = limitDefault, ...call } = {}) =>
      (await one<WireOrder[]>('listOrders', { userId, status, limit }, call)).map(orderOf),
    async placeOrder({ userId, items }, { idempotencyKey, ...call } = {}) {
      const variables = { userId, items, idempotencyKey }
      return orderOf((await one<{ order: WireOrder }>('placeOrder', variables, call)).order)
    },
    cancelOrder: async (id, call) =>
      orderOf((await one<{ order: WireOrder }>('cancelOrder', { id: String(id) }, call)).order),
  }
}
