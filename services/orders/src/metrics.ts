import { type Metrics, tableGauge } from '@polyservice-lab/service-kit'
import { orderStates } from './domain/order.ts'
import type { OrderStore } from './domain/order-store.ts'

/** Shows how many orders are in each state. */
export function showOrders(metrics: Metrics, store: OrderStore): void {
  tableGauge(metrics, {
    name: 'saga_orders',
    help: 'Orders by state',
    label: 'state',
    known: orderStates,
    read: () => store.countByState(),
  })
}
