import { randomUUID } from 'node:crypto'
import type { Lab, NewOrder, Notification, Saga, SagaOrder } from '@polyservice-lab/clients'
import type { Flow, SagaService } from '@polyservice-lab/contracts/order-saga'
import { OrderSagaContainers, type StartedOrderSaga } from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll } from 'vitest'
import { until } from '../../support/lab.ts'

export const eur = (amount: number) => ({ amount, currency: 'EUR' })

/** A card that is charged at once. */
export const goodCard = '4242424242424242'

/** Cards that do not answer are waited for a moment, so that a test need not. */
const environments: Readonly<Partial<Record<SagaService, Record<string, string>>>> = {
  payments: { CHARGE_TIMEOUT_MS: '1000', CHARGE_DELAY_MS: '50' },
  cards: { CHARGE_TIMEOUT_MS: '1000', CHARGE_DELAY_MS: '50', CARD_HOLD_MS: '5000' },
}

const startTimeoutMs = 300_000
const endTimeoutMs = 120_000

/** The order saga of a test file or of a describe, with what its tests ask of it. */
export class SagaUnderTest {
  #saga: StartedOrderSaga | undefined
  #lab: Lab | undefined

  get saga(): StartedOrderSaga {
    if (this.#saga === undefined) throw new Error('the saga is up inside of tests only')
    return this.#saga
  }

  get lab(): Lab {
    this.#lab ??= this.saga.lab({ retries: {} })
    return this.#lab
  }

  async start(containers: OrderSagaContainers): Promise<void> {
    this.#saga = await containers.start()
  }

  async stop(): Promise<void> {
    await this.#lab?.[Symbol.asyncDispose]()
    await this.#saga?.stop()
  }

  /** A customer of its own. @param limit undefined for one that does not exist */
  async customer(limit: number | null | undefined): Promise<string> {
    const id = `c-${randomUUID()}`
    if (typeof limit === 'number')
      await this.lab.customers.putCustomer(id, { name: id, creditLimit: eur(limit) })
    return id
  }

  place(
    order: Partial<NewOrder> & Pick<NewOrder, 'customerId'>,
    idempotencyKey?: string,
  ): Promise<SagaOrder> {
    return this.lab.orders.placeOrder(
      { total: eur(1000), cardNumber: goodCard, ...order },
      { ...(idempotencyKey !== undefined && { idempotencyKey }), timeoutMs: 20_000 },
    )
  }

  ended(id: string): Promise<SagaOrder> {
    return this.lab.orders.waitForOrder(id, { timeoutMs: endTimeoutMs })
  }

  async endedSaga(id: string): Promise<Saga> {
    let found: Saga | undefined
    await until(
      async () => {
        found = await this.lab.orchestrator.getSaga(id).catch(() => undefined)
        return found?.state === 'completed' || found?.state === 'compensated'
      },
      `the saga ${id} ends`,
      endTimeoutMs,
    )
    return found as Saga
  }

  /** How often each amount was charged and given back for an order. */
  async ledger(orderId: string): Promise<{ readonly charges: number[]; readonly refunds: number[] }> {
    const charges: number[] = []
    const refunds: number[] = []
    for await (const { kind, amount } of this.lab.cards.listEntries(orderId))
      (kind === 'charge' ? charges : refunds).push(amount.amount)
    return { charges, refunds }
  }

  async notifications(customerId: string, count: number): Promise<readonly Notification[]> {
    let found: readonly Notification[] = []
    await until(
      async () => {
        found = (await this.lab.notifications.listNotifications(customerId)).items
        return found.length >= count
      },
      `${count} notifications of ${customerId}`,
      endTimeoutMs,
    )
    return found
  }

  async reserved(customerId: string): Promise<number> {
    return (await this.lab.customers.getCustomer(customerId)).reserved.amount
  }

  /** What a service answers to a request as it is. */
  fetch(service: SagaService, path: string, init: RequestInit = {}): Promise<Response> {
    const { host, port } = this.saga.service(service).address()
    return fetch(`http://${host}:${port}${path}`, init)
  }
}

export interface UseSagaOptions {
  readonly flow?: Flow
  readonly services?: readonly SagaService[]
  readonly environment?: Readonly<Record<string, string>>
  /** Of one service, after those of the tests. */
  readonly environments?: Readonly<Partial<Record<SagaService, Record<string, string>>>>
}

/** Starts the saga before the first test of the caller, and removes it after the last. */
export function useSaga(options: UseSagaOptions = {}): SagaUnderTest {
  const { flow = 'orchestration', services, environment = {} } = options
  const underTest = new SagaUnderTest()
  beforeAll(async () => {
    const containers = new OrderSagaContainers().withEnvironment({ FLOW: flow, ...environment })
    if (services !== undefined) containers.withServices(...services)
    for (const all of [environments, options.environments ?? {}])
      for (const [service, variables] of Object.entries(all))
        containers.withServiceEnvironment(service as SagaService, variables)
    await underTest.start(containers)
  }, startTimeoutMs)
  afterAll(() => underTest.stop(), startTimeoutMs)
  return underTest
}
