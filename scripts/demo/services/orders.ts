import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  createCardsClient,
  createNotificationsClient,
  createOrchestratorClient,
  createOrdersClient,
  type OrdersClient,
} from '@polyservice-lab/clients'
import type { Order } from '../../../contracts/order-saga/answers.ts'
import { services } from '../../../contracts/services.ts'
import { type Address, addressOf } from '../address-of.ts'
import type { Story } from '../story.ts'

const sagaTimeoutMs = 60_000
const pollMs = 100

const total = { amount: 1999, currency: 'EUR' }

/** Three orders: one that is approved, one whose card is declined, and one whose payments die in the middle. */
export async function tell(story: Story, address: Address): Promise<void> {
  const orders = createOrdersClient({ ...address, onWire: story.onWire, retries: {} })
  const others = await whatFollows()

  await placeAndWait(story, orders, 'an order with a good card', '4242424242424242').then(
    (order) => order && others.tell(story, order),
  )
  await placeAndWait(
    story,
    orders,
    'an order whose card is declined: what was reserved is given back',
    '4000000000000002',
  ).then((order) => order && others.tell(story, order))

  const placed = await place(story, orders, 'an order whose card network fails once', '4000000000003101')
  if (placed === undefined) return
  await story.step(
    'kill payments in the middle, and start it again',
    async () => {
      for (const verb of ['kill', 'start'])
        await promisify(execFile)('docker', ['compose', '--profile', 'events', verb, 'payments'])
    },
    () => 'its messages waited in their queue',
  )
  const ended = await wait(story, orders, placed)
  if (ended !== undefined) await others.tell(story, ended)
}

async function place(story: Story, orders: OrdersClient, title: string, cardNumber: string) {
  return story.step(
    title,
    () => orders.placeOrder({ customerId: 'ada', total, cardNumber }),
    ({ id, state }) => `${id} is ${state}`,
  )
}

async function wait(story: Story, orders: OrdersClient, { id }: Order) {
  return story.step(
    'wait for its end',
    () => orders.waitForOrder(id),
    ({ state, reason }) => (reason === null ? state : `${state}: ${reason}`),
  )
}

async function placeAndWait(story: Story, orders: OrdersClient, title: string, cardNumber: string) {
  const placed = await place(story, orders, title, cardNumber)
  return placed && wait(story, orders, placed)
}

/** The other services, each asked for what became of an order. */
async function whatFollows() {
  const clientOf = async <C>(name: 'orchestrator' | 'cards' | 'notifications', create: (at: Address) => C) =>
    create(await addressOf(name, services[name].port))
  const orchestrator = await clientOf('orchestrator', createOrchestratorClient)
  const cards = await clientOf('cards', createCardsClient)
  const notifications = await clientOf('notifications', createNotificationsClient)

  async function endedSaga(id: string) {
    const deadline = performance.now() + sagaTimeoutMs
    for (;;) {
      const saga = await orchestrator.getSaga(id)
      if (saga.state === 'completed' || saga.state === 'compensated') return saga
      if (performance.now() > deadline) throw new Error(`the saga is ${saga.state}`)
      await new Promise((done) => setTimeout(done, pollMs))
    }
  }

  return {
    async tell(story: Story, { id, customerId }: Order): Promise<void> {
      await story.step(
        'the saga, step by step',
        () => endedSaga(id),
        ({ state, steps }) => `${state}: ${steps.map((step) => `${step.name} ${step.state}`).join(', ')}`,
      )
      await story.step(
        'the ledger of the card network',
        async () => (await Array.fromAsync(cards.listEntries(id))).map(({ kind }) => kind),
        (kinds) => (kinds.length === 0 ? 'nothing was charged' : kinds.join(', ')),
      )
      await story.step(
        'what the customer is told',
        async () => {
          const { items } = await notifications.listNotifications(customerId, { limit: 1000 })
          return items.filter(({ orderId }) => orderId === id)
        },
        (items) => items.map(({ text }) => text).join(' '),
      )
    },
  }
}
