import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { SagaOrder as Order } from '@polyservice-lab/clients'
import { flows, sagaServices } from '@polyservice-lab/contracts/order-saga'
import { describe, expect, test, vi } from 'vitest'
import { until } from '../support/lab.ts'
import { eur, goodCard, useSaga } from './support/use-saga.ts'

const settledTimeoutMs = 120_000
vi.setConfig({ testTimeout: 420_000 })

/** Orders of all kinds: charged, declined, charged at the second try, charged without an answer. */
const cards = [goodCard, goodCard, '4000000000000002', '4000000000003101', '4000000000004102']

/** A quorum queue that is younger than this may be ruined by a kill of the broker (rabbitmq-server 15725). */
const queueAgeMs = 5_000

/**
 * The promises of the contract, looked at from outside after everything was killed in turn while orders came in: every order
 * that was answered ended, was charged as it ended, and was told twice; nothing stays reserved.
 */
describe.each(flows)('%s, while everything is killed in turn', (flow) => {
  const underTest = useSaga({ flow })

  test('no order is lost, and nobody is charged twice', async () => {
    const { saga, lab } = underTest
    const customerId = await underTest.customer(100_000_000)
    const placed = new Map<string, Order>()
    let isComing = true
    await pause(queueAgeMs)

    /** One client: an order with its key until it is answered, then the next. */
    async function client(number: number): Promise<void> {
      for (let i = 0; isComing; i++) {
        const idempotencyKey = randomUUID()
        const cardNumber = cards[(number + i) % cards.length] ?? goodCard
        for (;;) {
          try {
            const order = { customerId, total: eur(100 + number), cardNumber }
            placed.set(
              idempotencyKey,
              await lab.orders.placeOrder(order, { idempotencyKey, timeoutMs: 10_000 }),
            )
            break
          } catch {
            await pause(200)
          }
        }
        await pause(200)
      }
    }

    const clients = Array.from({ length: 4 }, (_, number) => client(number))
    const services = sagaServices.map((name) => saga.service(name))
    for (const victim of [...services, saga.engines.rabbitmq, saga.engines.postgres]) {
      const before = placed.size
      await victim.kill()
      await pause(500)
      await victim.start()
      await until(() => placed.size > before, 'orders come in again', 60_000)
    }
    isComing = false
    await Promise.all(clients)

    for (const { id } of placed.values()) {
      const order = await underTest.ended(id)
      if (flow === 'orchestration') await underTest.endedSaga(id)
      await vi.waitFor(
        async () => {
          const { charges, refunds } = await underTest.ledger(id)
          expect(charges.length - refunds.length).toBe(order.state === 'approved' ? 1 : 0)
          expect([charges.length <= 1, refunds.length <= 1]).toEqual([true, true])
          for (const amount of [...charges, ...refunds]) expect(amount).toBe(order.total.amount)
        },
        { timeout: settledTimeoutMs, interval: 500 },
      )
    }
    const orders = await all((after) => lab.orders.listOrders({ customerId, limit: 1000, after }))
    expect(orders.map(({ id }) => id).sort()).toEqual([...placed.values()].map(({ id }) => id).sort())
    let told: readonly { readonly orderId: string; readonly kind: string }[] = []
    await until(
      async () => {
        told = await all((after) => lab.notifications.listNotifications(customerId, { limit: 1000, after }))
        return told.length >= 2 * orders.length
      },
      'two notifications of each order',
      settledTimeoutMs,
    )
    for (const { id, state } of orders)
      expect(told.filter(({ orderId }) => orderId === id).map(({ kind }) => kind)).toEqual([
        'order_placed',
        `order_${state}`,
      ])
    await until(
      async () => (await underTest.reserved(customerId)) === 0,
      'nothing is reserved',
      settledTimeoutMs,
    )
    const { items } = await lab.orchestrator.listDeadLetters({ limit: 1000 })
    expect(items.filter(({ error }) => !error.startsWith('delivered too often'))).toEqual([])
  })
})

async function all<Item>(
  page: (
    after: string | undefined,
  ) => Promise<{ readonly items: readonly Item[]; readonly next: string | null }>,
): Promise<Item[]> {
  const items: Item[] = []
  let after: string | undefined
  do {
    const part = await page(after)
    items.push(...part.items)
    after = part.next ?? undefined
  } while (after !== undefined)
  return items
}
