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
import * as z from 'zod'
import type { Config } from '../config.ts'
import type { Customer, CustomerStore, KeptReservation } from '../domain/customers.ts'
import { toWire } from './errors.ts'

const query = z.object(listQuery)

/** The customers over HTTP. */
export function createHttpEdge(customers: CustomerStore, config: Config, deps: ServiceDeps): HttpServer {
  return createJsonApi({ routes: routesOf(customers), toWire, config, deps })
}

function routesOf(customers: CustomerStore): JsonRoute[] {
  async function find(id: string): Promise<Customer> {
    const customer = await customers.find(id)
    if (customer === undefined) throw new AppError('not_found', 'there is no such customer')
    return customer
  }

  return [
    jsonRoute('GET /customers', {
      operation: 'listCustomers',
      query,
      async handle({ query: { after, limit } }) {
        const rows = await customers.list({ after, count: limit + 1 })
        return { status: 200, value: pageOf(rows, limit, viewOfCustomer) }
      },
    }),
    jsonRoute('PUT /customers/:id', {
      operation: 'putCustomer',
      id: patterns.customerId,
      body: requests.customer,
      async handle({ id, body: { name, creditLimit } }) {
        const { customer, isNew } = await customers.put(id, name, creditLimit)
        const value = viewOfCustomer(customer)
        return isNew
          ? { status: 201, headers: { Location: `/customers/${id}` }, value }
          : { status: 200, value }
      },
    }),
    jsonRoute('GET /customers/:id', {
      operation: 'getCustomer',
      id: patterns.customerId,
      handle: async ({ id }) => ({ status: 200, value: viewOfCustomer(await find(id)) }),
    }),
    jsonRoute('GET /customers/:id/reservations', {
      operation: 'listReservations',
      id: patterns.customerId,
      query,
      async handle({ id, query: { after, limit } }) {
        await find(id)
        const rows = await customers.reservations(id, { after, count: limit + 1 })
        return { status: 200, value: pageOf(rows, limit, viewOfReservation) }
      },
    }),
  ]
}

function viewOfCustomer({ id, name, creditLimit, reserved, createdAt, updatedAt }: Customer) {
  const { amount, currency } = creditLimit
  return {
    id,
    name,
    creditLimit,
    reserved: { amount: reserved, currency },
    available: { amount: amount - reserved, currency },
    createdAt,
    updatedAt,
  }
}

function viewOfReservation(reservation: KeptReservation) {
  const { orderId, customerId, amount, state, reason, createdAt, updatedAt } = reservation
  return { orderId, customerId, amount, state, reason, createdAt, updatedAt }
}
