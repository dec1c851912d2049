import { answers, type Customer, type Reservation } from '@polyservice-lab/contracts/order-saga/answers'
import { services } from '@polyservice-lab/contracts/services'
import type { CallOptions, ClientOptions } from '../core/call-options.ts'
import { createSagaApi, type SagaPage, type SagaPageOptions } from './saga-api.ts'

/** The customers of the order saga. Calls reject with a LabError whose `reason` is the code of the problem. */
export interface CustomersClient {
  /** Makes a customer, or changes name and limit; the currency of the limit stays. */
  putCustomer(
    id: string,
    customer: {
      readonly name: string
      readonly creditLimit: { readonly amount: number; readonly currency: string }
    },
    call?: CallOptions,
  ): Promise<Customer>
  getCustomer(id: string, call?: CallOptions): Promise<Customer>
  listCustomers(options?: SagaPageOptions): Promise<SagaPage<Customer>>
  /** Credit that orders of a customer asked for. */
  listReservations(id: string, options?: SagaPageOptions): Promise<SagaPage<Reservation>>
}

/** Default: 127.0.0.1:8011. */
export function createCustomersClient(options: ClientOptions = {}): CustomersClient {
  const api = createSagaApi({ ...options, port: options.port ?? services.customers.port })
  const { customer, reservation } = answers
  return {
    putCustomer: (id, json, call) =>
      api.send(customer, `PUT /customers/${encodeURIComponent(id)}`, { json }, call),
    getCustomer: (id, call) => api.send(customer, `GET /customers/${encodeURIComponent(id)}`, {}, call),
    listCustomers: (options) => api.list(customer, 'customers', {}, options),
    listReservations: (id, options) =>
      api.list(reservation, `customers/${encodeURIComponent(id)}/reservations`, {}, options),
  }
}
