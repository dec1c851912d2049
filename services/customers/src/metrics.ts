import { type Metrics, tableGauge } from '@polyservice-lab/service-kit'
import type { CustomerStore } from './domain/customers.ts'

/** Shows how much credit is reserved, by currency. */
export function showReserved(metrics: Metrics, customers: CustomerStore): void {
  tableGauge(metrics, {
    name: 'saga_reserved_amount',
    help: 'Credit that is reserved, in minor units, by currency',
    label: 'currency',
    known: ['EUR'],
    read: () => customers.reservedByCurrency(),
  })
}
