import { patterns, requests } from '@polyservice-lab/contracts/order-saga'
import type { ServiceDeps } from '@polyservice-lab/service-kit'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { HttpServer } from '@polyservice-lab/service-kit/http'
import {
  createJsonApi,
  type JsonRoute,
  jsonRoute,
  listQuery,
  pageOf,
} from '@polyservice-lab/service-kit/json-api'
import type { Response } from 'express'
import * as z from 'zod'
import type { Config } from '../config.ts'
import { isSettled, type Payments } from '../domain/payments.ts'
import { toWire } from './errors.ts'
import { readWait } from './prefer.ts'
import { viewOf } from './views.ts'

const paymentsQuery = z.object({
  ...listQuery,
  orderId: z.string().regex(patterns.uuid, 'must be a UUID in lower case').optional(),
})

export interface HttpEdgeOptions {
  readonly payments: Payments
  readonly config: Config
  readonly deps: ServiceDeps
  /** Aborted when the service drains: answers that wait are given. */
  readonly stopping: AbortSignal
}

/** The payments over HTTP. */
export function createHttpEdge({ payments, config, deps, stopping }: HttpEdgeOptions): HttpServer {
  const routes = [createRoute(payments, stopping), ...readRoutes(payments)]
  return createJsonApi({ routes, toWire, config, deps })
}

function createRoute(payments: Payments, stopping: AbortSignal): JsonRoute {
  return jsonRoute('POST /payments', {
    operation: 'createPayment',
    body: requests.payment,
    async handle({ request, response, body }) {
      const { traceparent } = request.headers
      const payment = await payments.take(body, typeof traceparent === 'string' ? traceparent : undefined)
      const seconds = readWait(request.header('prefer'))
      const headers = { Location: `/payments/${payment.id}` }
      if (seconds !== undefined) {
        const signals = [stopping, leaving(response), AbortSignal.timeout(seconds * 1000)]
        const waited = await payments.settled(payment, AbortSignal.any(signals))
        if (isSettled(waited)) {
          const applied = { ...headers, 'Preference-Applied': `wait=${seconds}` }
          return { status: 200, headers: applied, value: viewOf(waited) }
        }
      }
      return { status: 202, headers, value: viewOf(payment) }
    },
  })
}

/** Aborted when the client is gone. */
function leaving(response: Response): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  return controller.signal
}

function readRoutes(payments: Payments): JsonRoute[] {
  return [
    jsonRoute('GET /payments', {
      operation: 'listPayments',
      query: paymentsQuery,
      async handle({ query: { orderId, after, limit } }) {
        const rows = await payments.list({ orderId }, after, limit + 1)
        return { status: 200, value: pageOf(rows, limit, viewOf) }
      },
    }),
    jsonRoute('GET /payments/:id', {
      operation: 'getPayment',
      async handle({ request }) {
        const id = String(request.params['id'])
        const payment = patterns.uuid.test(id) ? await payments.find(id) : undefined
        if (payment === undefined) throw new AppError('not_found', 'there is no such payment')
        return { status: 200, value: viewOf(payment) }
      },
    }),
  ]
}
