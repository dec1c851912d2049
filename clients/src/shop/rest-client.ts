import { services } from '@polyservice-lab/contracts/services'
import {
  answers,
  type NewShopOrder,
  type NewShopUser,
  restPath,
  type ShopOrder,
  type ShopProduct,
  type ShopUser,
  type ShopUserChanges,
} from '@polyservice-lab/contracts/shop'
import type * as z from 'zod'
import type { CallOptions, ClientOptions } from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { type ApiRequest, createApiClient } from '../rest/api-client.ts'
import { failureOf } from './problems.ts'
import type { ListOptions, OrderListOptions, ShopClient } from './shop-client.ts'

export interface ShopRestClientOptions extends ClientOptions {
  /** A token of `logIn`, sent with every request. */
  readonly token?: string | undefined
}

/** Filters, sort and page or cursor of a list, as the query names them. */
export interface ShopListQuery {
  readonly role?: 'user' | 'admin' | undefined
  readonly email?: string | undefined
  readonly q?: string | undefined
  readonly userId?: number | undefined
  readonly status?: 'placed' | 'cancelled' | undefined
  /** `name_asc,id_desc`: up to three keys. */
  readonly sort?: string | undefined
  readonly limit?: number | undefined
  readonly page?: number | undefined
  /** Empty to begin. */
  readonly cursor?: string | undefined
}

/** A page has `total` and `page`; a part after a cursor has `next`, null at the end. */
export interface ShopList<Entity> {
  readonly items: readonly Entity[]
  readonly limit: number
  readonly total?: number | undefined
  readonly page?: number | undefined
  readonly next?: string | null | undefined
}

/** An entity, and the ETag of this version of the entity for `ifMatch`. */
export type Tagged<Entity> = Entity & { readonly etag: string }

export interface ShopChangeOptions extends CallOptions {
  /** Changes only the version with this ETag. */
  readonly ifMatch?: string | undefined
}

/**
 * Version 2 of shop-rest: the operations of every style, with ETags, conditions, filters, sorts, pages and cursors. Calls
 * reject with a LabError: `code`, `reason` (`email_taken`, `version_mismatch`) and `violations` are those of the answer.
 */
export interface ShopRestClient extends ShopClient {
  logIn(username: string, password: string, call?: CallOptions): Promise<string>
  findUsers(query?: ShopListQuery, call?: CallOptions): Promise<ShopList<ShopUser>>
  getUser(id: number, call?: CallOptions): Promise<Tagged<ShopUser>>
  createUser(user: NewShopUser, call?: CallOptions): Promise<Tagged<ShopUser>>
  /** Sets name, email and role; no role means `user`. */
  replaceUser(id: number, user: NewShopUser, change?: ShopChangeOptions): Promise<Tagged<ShopUser>>
  updateUser(id: number, changes: ShopUserChanges, change?: ShopChangeOptions): Promise<Tagged<ShopUser>>
  deleteUser(id: number, change?: ShopChangeOptions): Promise<void>
  findProducts(query?: ShopListQuery, call?: CallOptions): Promise<ShopList<ShopProduct>>
  getProduct(id: number, call?: CallOptions): Promise<Tagged<ShopProduct>>
  findOrders(query?: ShopListQuery, call?: CallOptions): Promise<ShopList<ShopOrder>>
  getOrder(id: number, call?: CallOptions): Promise<Tagged<ShopOrder>>
  /** Places an order; `idempotencyKey` makes it one order however often it is sent. */
  placeOrder(
    order: NewShopOrder,
    call?: CallOptions & { readonly idempotencyKey?: string | undefined },
  ): Promise<Tagged<ShopOrder>>
  cancelOrder(id: number, change?: ShopChangeOptions): Promise<Tagged<ShopOrder>>
}

/**
 * Default: 127.0.0.1:8002.
 * @example
 * const { items } = await createShopRestClient().findProducts({ sort: 'price_asc', limit: 3 })
 */
export function createShopRestClient(options: ShopRestClientOptions = {}): ShopRestClient {
  const api = createApiClient({ ...options, port: options.port ?? services['shop-rest'].port })

  async function send<S extends z.ZodType>(
    schema: S,
    operation: string,
    request: ApiRequest,
    call?: CallOptions,
  ): Promise<Tagged<z.infer<S>>> {
    const [method = '', path = ''] = operation.split(' ')
    const response = await api.request(method, path, request, call)
    if (response.status >= 300)
      throw failureOf(response.status, response.headers, new TextDecoder().decode(response.bytes))
    if (response.status === 204) return undefined as never
    const { success, error } = schema.safeParse(response.body)
    if (!success)
      throw new LabError('protocol_error', `the answer is not of the contract: ${error.message}`, {
        status: response.status,
        body: response.body,
      })
    return { ...(response.body as z.infer<S> & object), etag: response.headers.get('etag') ?? '' } as never
  }
  const list = <S extends z.ZodType>(
    schema: S,
    path: string,
    query: ShopListQuery = {},
    call?: CallOptions,
  ) => {
    const given = Object.entries(query).filter(([, value]) => value !== undefined)
    const texts = Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
    return send(schema, `GET ${restPath}/${path}`, { query: texts }, call)
  }
  const { User, Product, Order } = answers
  const users = `${restPath}/users`
  const orders = `${restPath}/orders`

  return {
    logIn: async (username, password, call) =>
      (await send(answers.Token, 'POST /auth', { json: { username, password } }, call)).token,
    listUsers: async (options) => (await list(answers.Users, 'users', queryOf(options), options)).items,
    findUsers: (query, call) => list(answers.Users, 'users', query, call),
    getUser: (id, call) => send(User, `GET ${users}/${id}`, {}, call),
    createUser: (json, call) => send(User, `POST ${users}`, { json }, call),
    replaceUser: (id, json, change) =>
      send(User, `PUT ${users}/${id}`, { json, headers: conditions(change) }, change),
    updateUser: (id, json, change) =>
      send(User, `PATCH ${users}/${id}`, { json, headers: conditions(change) }, change),
    deleteUser: async (id, change) => {
      await send(User, `DELETE ${users}/${id}`, { headers: conditions(change) }, change)
    },
    listProducts: async (options) =>
      (await list(answers.Products, 'products', queryOf(options), options)).items,
    findProducts: (query, call) => list(answers.Products, 'products', query, call),
    getProduct: (id, call) => send(Product, `GET ${restPath}/products/${id}`, {}, call),
    listOrders: async (options) => (await list(answers.Orders, 'orders', queryOf(options), options)).items,
    findOrders: (query, call) => list(answers.Orders, 'orders', query, call),
    getOrder: (id, call) => send(Order, `GET ${orders}/${id}`, {}, call),
    placeOrder: (json, { idempotencyKey, ...call } = {}) => {
      const headers = idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }
      return send(Order, `POST ${orders}`, { json, headers }, call)
    },
    cancelOrder: (id, change) =>
      send(
        Order,
        `PATCH ${orders}/${id}`,
        { json: { status: 'cancelled' }, headers: conditions(change) },
        change,
      ),
  }
}

/** The query of a plain list: what every style can ask for. */
function queryOf({ limit, userId, status }: ListOptions & OrderListOptions = {}): ShopListQuery {
  return { limit, userId, status }
}

function conditions({ ifMatch }: ShopChangeOptions = {}): Record<string, string> {
  return ifMatch === undefined ? {} : { 'If-Match': ifMatch }
}
