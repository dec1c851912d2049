import { type PaymentStore, paymentStates } from '@polyservice-lab/charging/domain'
import type { Metrics } from '@polyservice-lab/service-kit'
import { Gauge } from 'prom-client'

/** How long a scrape waits for the database, in ms. */
const patienceMs = 1_000

/** Shows how many payments are in each state; the last known numbers while the database is away. */
export function showPayments({ registry }: Metrics, store: PaymentStore): void {
  const gauge = new Gauge({
    name: 'saga_payments',
    help: 'Payments by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const counted = store.countByState().then(
        (counts) => {
          for (const state of paymentStates) this.set({ state }, counts.get(state) ?? 0)
        },
        () => {},
      )
      await Promise.race([counted, new Promise((resolve) => setTimeout(resolve, patienceMs))])
    },
  })
  for (const state of paymentStates) gauge.set({ state }, 0)
}
