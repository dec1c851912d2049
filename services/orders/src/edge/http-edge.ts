import { patterns, requests } from '@polyservice-lab/contracts/order-saga'
import type { ServiceDeps } from '@polyservice-lab/service-kit'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import { createTraceparent } from '@polyservice-lab/service-kit/broker'
import type { HttpServer } from '@polyservice-lab/service-kit/http'
import {
  createJsonApi,
  type JsonRoute,
  jsonRoute,
  listQuery,
  pageOf,
} from '@polyservice-lab/service-kit/json-api'
import type { Request } from 'express'
import * as z from 'zod'
import type { Config } from '../config.ts'
import { type Order, orderStates } from '../domain/order.ts'
import type { Orders } from '../domain/orders.ts'
import { toWire } from './errors.ts'
import { fingerprintOf } from './fingerprint.ts'

const idempotencyKey = /^[\x21-\x7e]{1,64}$/

const listing = z.object({
  ...listQuery,
  customerId: z.string().regex(patterns.customerId, 'must be the id of a customer').optional(),
  state: z.enum(orderStates, `must be one of ${orderStates.join(', ')}`).optional(),
})

/** The orders over HTTP. */
export function createHttpEdge(orders: Orders, config: Config, deps: ServiceDeps): HttpServer {
  return createJsonApi({
    routes: [...changes(orders), ...reads(orders)],
    toWire,
    config,
    corsOrigins: config.corsOrigins,
    allowedHeaders: ['Content-Type', 'Idempotency-Key', 'X-Request-Id', 'traceparent'],
    exposedHeaders: ['Idempotency-Replayed'],
    deps,
  })
}

function changes(orders: Orders): JsonRoute[] {
  return [
    jsonRoute('POST /orders', {
      operation: 'placeOrder',
      body: requests.order,
      check: (request) => void keyOf(request),
      async handle({ request, body, json }) {
        const { traceparent } = request.headers
        const { order, isReplayed } = await orders.place(body, {
          key: keyOf(request),
          fingerprint: fingerprintOf(json),
          trace: createTraceparent(typeof traceparent === 'string' ? traceparent : undefined),
        })
        const headers = {
          Location: `/orders/${order.id}`,
          ...(isReplayed && { 'Idempotency-Replayed': 'true' }),
        }
        return { status: 201, headers, value: viewOf(order) }
      },
    }),
    jsonRoute('POST /orders/:id/cancel', {
      operation: 'cancelOrder',
      id: patterns.uuid,
      handle: async ({ id }) => ({ status: 200, value: viewOf(await orders.cancel(id)) }),
    }),
  ]
}

function reads(orders: Orders): JsonRoute[] {
  return [
    jsonRoute('GET /orders', {
      operation: 'listOrders',
      query: listing,
      async handle({ query: { customerId, state, after, limit } }) {
        const rows = await orders.list({ customerId, state, after, count: limit + 1 })
        return { status: 200, value: pageOf(rows, limit, viewOf) }
      },
    }),
    jsonRoute('GET /orders/:id', {
      operation: 'getOrder',
      id: patterns.uuid,
      handle: async ({ id }) => ({ status: 200, value: viewOf(await orders.find(id)) }),
    }),
    jsonRoute('GET /orders/:id/history', {
      operation: 'getHistory',
      id: patterns.uuid,
      async handle({ id: orderId }) {
        const entries = (await orders.history(orderId)).map(
          ({ id, type, source, time, traceparent, data }) => ({ id, type, source, time, traceparent, data }),
        )
        return { status: 200, value: { orderId, entries } }
      },
    }),
  ]
}

/** @throws AppError invalid_argument with the reason invalid_idempotency_key */
function keyOf({ headers }: Request): string {
  const key = headers['idempotency-key']
  if (typeof key === 'string' && idempotencyKey.test(key)) return key
  throw new AppError('invalid_argument', 'Idempotency-Key must be 1 to 64 visible ASCII characters', {
    reason: 'invalid_idempotency_key',
  })
}

function viewOf(order: Order) {
  const { id, customerId, total, items, card, note, state, reason, version, createdAt, updatedAt } = order
  return { id, customerId, total, items, card, note, state, reason, version, createdAt, updatedAt }
}
