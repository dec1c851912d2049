import { errorCodes } from '@polyservice-lab/contracts/errors'
import { services } from '@polyservice-lab/contracts/services'
import {
  type RpcResponse,
  rpcEntities,
  rpcErrors,
  rpcInvalidRequest,
  rpcPageOf,
  rpcParseError,
  rpcResponse,
} from '@polyservice-lab/contracts/shop'
import * as z from 'zod'
import type { CallOptions, ClientOptions } from '../core/call-options.ts'
import { codeOfHttpStatus } from '../core/http-status.ts'
import { LabError, type LabErrorCode } from '../core/lab-error.ts'
import { createApiClient } from '../rest/api-client.ts'
import type { ApiResponse } from '../rest/api-response.ts'
import type { ShopClient } from './shop-client.ts'

export interface ShopJsonRpcClientOptions extends ClientOptions {
  /** A token of `logIn` of shop-rest, sent with every request. */
  readonly token?: string | undefined
}

/** By position or by name. */
export type RpcParams = readonly unknown[] | Readonly<Record<string, unknown>>

/** One request of a batch; the answer to a notification is nothing. */
export interface RpcCall {
  readonly method: string
  readonly params?: RpcParams | undefined
  readonly isNotification?: boolean | undefined
}

/** The shop in JSON-RPC 2.0: its operations, and whatever method by its name. */
export interface ShopJsonRpcClient extends ShopClient {
  /** Calls a method. @returns the result */
  call(method: string, params?: RpcParams, call?: CallOptions): Promise<unknown>
  /** Calls a method without an answer: whether it worked is not told (JSON-RPC 2.0, 4.1). */
  notify(method: string, params?: RpcParams, call?: CallOptions): Promise<void>
  /**
   * Calls several methods in one message (JSON-RPC 2.0, 6), which run in their order.
   * @returns the result or the error of each; undefined for a notification
   */
  batch(calls: readonly RpcCall[], call?: CallOptions): Promise<readonly unknown[]>
}

/** The code that an `error.code` leads to where `data` names none. */
export const codeOfRpcError: Readonly<Record<number, LabErrorCode>> = {
  ...Object.fromEntries(errorCodes.toReversed().map((code) => [rpcErrors[code], code])),
  [rpcInvalidRequest]: 'invalid_argument',
  [rpcParseError]: 'invalid_argument',
}

/**
 * Default: 127.0.0.1:8005.
 * @example
 * const [mouse, user] = await createShopJsonRpcClient().batch([
 *   { method: 'getProduct', params: { id: 302 } },
 *   { method: 'getUser', params: [1, 'full'] },
 * ])
 */
export function createShopJsonRpcClient(options: ShopJsonRpcClientOptions = {}): ShopJsonRpcClient {
  const api = createApiClient({ ...options, port: options.port ?? services['shop-jsonrpc'].port })
  let lastId = 0

  /** @returns undefined where there is nothing to answer */
  async function send(json: unknown, call: CallOptions | undefined): Promise<ApiResponse | undefined> {
    const response = await api.request('POST', '/rpc', { json }, call)
    if (response.status === 204) return undefined
    if (response.status === 200) return response
    const { data } = rpcResponse.safeParse(response.body)
    const error = data === undefined ? undefined : errorOf(data, response)
    throw (
      error ??
      new LabError(
        codeOfHttpStatus[response.status] ?? 'protocol_error',
        `unexpected status ${response.status}`,
      )
    )
  }

  function requestOf({ method, params, isNotification = false }: RpcCall) {
    lastId += 1
    return { jsonrpc: '2.0', method, params, id: isNotification ? undefined : lastId }
  }

  async function callMethod(method: string, params: RpcParams | undefined, call: CallOptions | undefined) {
    const request = requestOf({ method, params })
    const response = await send(request, call)
    const answer = parse(rpcResponse, response?.body, response)
    const error = errorOf(answer, response)
    if (error !== undefined) throw error
    if (answer.id !== request.id) throw unexpected('its id is another', response)
    return { result: 'result' in answer ? answer.result : undefined, response }
  }

  async function ask<S extends z.ZodType>(
    schema: S,
    method: string,
    params: RpcParams,
    call: CallOptions | undefined,
  ): Promise<z.infer<S>> {
    const { result, response } = await callMethod(method, params, call)
    return parse(schema, result, response)
  }

  return {
    ...shopOver(ask),
    call: async (method, params, call) => (await callMethod(method, params, call)).result,
    async notify(method, params, call) {
      if ((await send(requestOf({ method, params, isNotification: true }), call)) !== undefined)
        throw unexpected('a notification was answered', undefined)
    },
    async batch(calls, call) {
      if (calls.length === 0) return []
      const requests = calls.map(requestOf)
      const response = await send(requests, call)
      const answers = answersOf(response)
      return requests.map(({ id }) => {
        if (id === undefined) return undefined
        const answer = answers.find((one) => one.id === id)
        if (answer === undefined) throw unexpected(`request ${id} has no answer`, response)
        return errorOf(answer, response) ?? ('result' in answer ? answer.result : undefined)
      })
    },
  }
}

type Ask = <S extends z.ZodType>(
  schema: S,
  method: string,
  params: RpcParams,
  call: CallOptions | undefined,
) => Promise<z.infer<S>>

const { User, Product, Order } = rpcEntities
const view = 'full'

function shopOver(ask: Ask): ShopClient {
  const list = async <S extends z.ZodType>(
    entity: S,
    method: string,
    { signal, timeoutMs, ...params }: CallOptions & Readonly<Record<string, unknown>> = {},
  ): Promise<readonly z.infer<S>[]> =>
    (await ask(rpcPageOf(entity), method, params, { signal, timeoutMs })).items
  return {
    getUser: (id, call) => ask(User, 'getUser', { id, view }, call),
    listUsers: (options) => list(User, 'listUsers', { ...options, view }),
    createUser: (user, call) => ask(User, 'createUser', { ...user, view }, call),
    updateUser: (id, { role, ...changes }, call) =>
      // Here null is no change; for all styles it is the role of everybody.
      ask(User, 'updateUser', { id, ...changes, role: role === null ? 'user' : role, view }, call),
    deleteUser: async (id, call) => void (await ask(z.literal(true), 'deleteUser', { id }, call)),
    getProduct: (id, call) => ask(Product, 'getProduct', { id }, call),
    listProducts: (options) => list(Product, 'listProducts', { ...options }),
    getOrder: (id, call) => ask(Order, 'getOrder', { id }, call),
    listOrders: (options) => list(Order, 'listOrders', { ...options }),
    placeOrder: (order, { idempotencyKey, ...call } = {}) =>
      ask(Order, 'placeOrder', { ...order, idempotencyKey }, call),
    cancelOrder: (id, call) => ask(Order, 'cancelOrder', { id }, call),
  }
}

/** The answers of a batch; one that was refused as a whole has one error. */
function answersOf(response: ApiResponse | undefined): readonly RpcResponse[] {
  if (response === undefined) return []
  if (Array.isArray(response.body)) return parse(z.array(rpcResponse), response.body, response)
  throw (
    errorOf(parse(rpcResponse, response.body, response), response) ?? unexpected('it is no array', response)
  )
}

function parse<S extends z.ZodType>(
  schema: S,
  value: unknown,
  response: ApiResponse | undefined,
): z.infer<S> {
  const { success, data, error } = schema.safeParse(value)
  if (!success) throw unexpected(error.message, response)
  return data
}

function unexpected(why: string, response: ApiResponse | undefined): LabError {
  const { status, body } = response ?? {}
  return new LabError('protocol_error', `the answer is not of the contract: ${why}`, { status, body })
}

/** The error that an answer tells of, if it does. */
function errorOf(answer: RpcResponse, response: ApiResponse | undefined): LabError | undefined {
  if (answer.error === undefined) return undefined
  const { code: number, message, data } = answer.error
  const code = errorCodes.find((one) => one === data?.code) ?? codeOfRpcError[number] ?? 'protocol_error'
  return new LabError(code, message, {
    status: number,
    reason: data?.reason,
    violations: data?.violations ?? [],
    requestId: response?.headers.get('x-request-id') ?? undefined,
    body: answer,
  })
}
