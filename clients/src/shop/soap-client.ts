/**
 * The shop in SOAP.
 * @module @polyservice-lab/clients/soap
 */

import { services } from '@polyservice-lab/contracts/services'
import { answers } from '@polyservice-lab/contracts/shop'
import type { SoapOperation, SoapVersion } from '@polyservice-lab/contracts/shop/soap'
import * as z from 'zod'
import type { CallOptions, ClientOptions } from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { createApiClient } from '../rest/api-client.ts'
import type { ShopClient } from './shop-client.ts'
import { readAnswer, type SoapCredentials, writeRequest } from './soap-messages.ts'

export type { SoapCredentials } from './soap-messages.ts'

export interface ShopSoapClientOptions extends ClientOptions {
  /** The version of its envelopes. Default: 1.2. */
  readonly version?: SoapVersion | undefined
  /** The account that every envelope names. Default: none. */
  readonly credentials?: SoapCredentials | undefined
  /** A token of `logIn` of the REST client, sent with every request. */
  readonly token?: string | undefined
}

const noLinks = { links: true } as const
const { items, ...ofOrder } = answers.Order.omit(noLinks).shape
const User = answers.User.omit(noLinks)
const Product = answers.Product.omit(noLinks)
const Order = z
  .object({ ...ofOrder, item: items })
  .transform(({ item, ...order }) => ({ ...order, items: item }))
const total = z.int()

const outputs = {
  GetUser: z.object({ User }),
  ListUsers: z.object({ User: z.array(User).default([]), total }),
  CreateUser: z.object({ User }),
  UpdateUser: z.object({ User }),
  DeleteUser: z.object({ deleted: z.literal(true) }),
  GetProduct: z.object({ Product }),
  ListProducts: z.object({ Product: z.array(Product).default([]), total }),
  PlaceOrder: z.object({ Order }),
  GetOrder: z.object({ Order }),
  ListOrders: z.object({ Order: z.array(Order).default([]), total }),
  CancelOrder: z.object({ Order }),
} as const satisfies Record<SoapOperation, z.ZodType>

const view = 'full'

/**
 * Default: 127.0.0.1:8004, SOAP 1.2. Users are shown in full.
 * @example
 * const { price } = await createShopSoapClient({ version: '1.1' }).getProduct(302)
 */
export function createShopSoapClient(options: ShopSoapClientOptions = {}): ShopClient {
  const { version = '1.2', credentials } = options
  const api = createApiClient({ ...options, port: options.port ?? services['shop-soap'].port })

  async function call<Name extends SoapOperation>(
    name: Name,
    input: Readonly<Record<string, unknown>>,
    callOptions?: CallOptions,
  ): Promise<z.output<(typeof outputs)[Name]>> {
    const request = writeRequest(version, name, input, credentials)
    const response = await api.request('POST', '/soap', request, callOptions)
    const values = readAnswer(response, name)
    const { success, data, error } = outputs[name].safeParse(values)
    if (success) return data as z.output<(typeof outputs)[Name]>
    throw new LabError('protocol_error', `the answer is not of the contract: ${error.message}`, {
      status: response.status,
      body: values,
    })
  }

  return {
    getUser: async (id, options) => (await call('GetUser', { id, view }, options)).User,
    listUsers: async ({ limit, ...options } = {}) => (await call('ListUsers', { limit, view }, options)).User,
    createUser: async ({ name, email, role }, options) =>
      (await call('CreateUser', { name, email, role, view }, options)).User,
    updateUser: async (id, { name, email, role }, options) => {
      // What takes the role away in JSON leaves `user`.
      const changes = { name, email, role: role === null ? 'user' : role }
      return (await call('UpdateUser', { id, ...changes, view }, options)).User
    },
    deleteUser: async (id, options) => {
      await call('DeleteUser', { id }, options)
    },
    getProduct: async (id, options) => (await call('GetProduct', { id }, options)).Product,
    listProducts: async ({ limit, ...options } = {}) =>
      (await call('ListProducts', { limit }, options)).Product,
    getOrder: async (id, options) => (await call('GetOrder', { id }, options)).Order,
    listOrders: async ({ limit, userId, status, ...options } = {}) =>
      (await call('ListOrders', { userId, status, limit }, options)).Order,
    placeOrder: async ({ userId, items: item }, { idempotencyKey, ...options } = {}) =>
      (await call('PlaceOrder', { userId, item, idempotencyKey }, options)).Order,
    cancelOrder: async (id, options) => (await call('CancelOrder', { id }, options)).Order,
  }
}
