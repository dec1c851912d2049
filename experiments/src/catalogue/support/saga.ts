import type { Lab, LedgerEntry, SagaOrder } from '@polyservice-lab/clients'
import { OrderSagaContainers, type StartedOrderSaga } from '@polyservice-lab/testcontainers'
import { type Observation, observation, type Run } from '../../experiment.ts'

/** What the cards of an order saga do, by number. */
export const cards = {
  good: '4242424242424242',
  declined: '4000000000000002',
  failsThreeTimes: '4000000000003103',
  chargedAndSilent: '4000000000004102',
} as const

const customerId = 'crowd'
/** Enough for every order of a run at once. */
const creditLimit = { amount: 100_000_000, currency: 'EUR' }
/** The longest that an order may take to end once everything runs again. */
export const endsWithinMs = 60_000

export interface OrderSaga {
  readonly saga: StartedOrderSaga
  /** Clients for where the services are now. */
  readonly lab: Lab
  /** Orders that were answered 201, by id. */
  readonly placed: Set<string>
  place(cardNumber: string, call?: { readonly idempotencyKey?: string }): Promise<SagaOrder>
}

/** Starts the six services beside the lab, with a customer whose credit is never short. */
export async function startSaga(run: Run): Promise<OrderSaga> {
  const saga = run.use(await new OrderSagaContainers().start())
  const lab = run.use(saga.lab({ timeoutMs: 10_000 }))
  await lab.customers.putCustomer(customerId, { name: 'A crowd', creditLimit })
  const placed = new Set<string>()
  return {
    ...{ saga, lab, placed },
    async place(cardNumber, call) {
      const total = { amount: 1000, currency: 'EUR' }
      const order = await lab.orders.placeOrder({ customerId, total, cardNumber }, call)
      placed.add(order.id)
      return order
    },
  }
}

/** How many of the orders have ended, and how. */
export async function endsOf({ lab, placed }: OrderSaga): Promise<Map<string, SagaOrder>> {
  const ended = new Map<string, SagaOrder>()
  let after: string | undefined
  do {
    const { items, next } = await lab.orders.listOrders({ limit: 1000, after })
    for (const order of items)
      if (placed.has(order.id) && order.state !== 'pending') ended.set(order.id, order)
    after = next ?? undefined
  } while (after !== undefined)
  return ended
}

/** Whether every order has ended, and what was charged is what was approved, order by order, with nothing reserved. */
export async function audit(shop: OrderSaga): Promise<Observation> {
  const ended = await endsOf(shop)
  const ledger = Map.groupBy(await entriesOf(shop), ({ orderId }) => orderId)
  let wrong = 0
  for (const [id, { state }] of ended) {
    const entries = ledger.get(id) ?? []
    const charges = entries.filter(({ kind }) => kind === 'charge').length
    const refunds = entries.length - charges
    const isRight =
      state === 'approved' ? charges === 1 && refunds === 0 : charges === refunds && charges <= 1
    if (!isRight) wrong += 1
  }
  const { reserved } = await shop.lab.customers.getCustomer(customerId)
  const approved = [...ended.values()].filter(({ state }) => state === 'approved').length
  const holds = ended.size === shop.placed.size && wrong === 0 && reserved.amount === 0
  const saw = `${shop.placed.size} placed, ${ended.size} ended, ${approved} approved; ${wrong} charged wrongly; ${reserved.amount} reserved`
  return observation(holds, saw)
}

export async function entriesOf({ lab }: OrderSaga, orderId?: string): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = []
  for await (const entry of lab.cards.listEntries(orderId)) entries.push(entry)
  return entries
}
