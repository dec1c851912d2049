import { setTimeout } from 'node:timers/promises'
import type { Lab } from '@polyservice-lab/clients'
import {
  OrderSagaContainers,
  ShopRestContainer,
  type StartedOrderSaga,
} from '@polyservice-lab/testcontainers'
import { latencyFigures } from '../measure/latency.ts'
import { figure } from '../measure/statistics.ts'
import type { Bench, Case, Figures, Scenario } from '../scenario.ts'
import { docker } from '../servers/docker.ts'

const customerId = 'bench'
const total = { amount: 100, currency: 'EUR' }
const cardNumber = '4242424242424242'
/** Orders that are under way at a time, where as many as possible are placed. */
const ordersMax = 32
/** Orders a second, where the time of each is asked for. */
const rate = 10
const warmUpSeconds = 5

const secondsOf = ({ profile }: Bench) => (profile.name === 'full' ? 60 : 10)

/** One order: how long its POST took, and how long it was until its customer was told that it is approved, in ms. */
interface Times {
  readonly posted: number
  readonly approved: number
}

/** Places an order and waits for its end. */
type Purchase = () => Promise<Times>

interface Shop extends AsyncDisposable {
  readonly purchase: Purchase
}

/** The order saga with a customer whose credit is never short. */
async function openSaga(): Promise<Shop> {
  const saga = await new OrderSagaContainers().start()
  const lab = saga.lab()
  const creditLimit = { amount: 100_000_000, currency: 'EUR' }
  await lab.customers.putCustomer(customerId, { name: 'Bench', creditLimit })
  const leaving = new AbortController()
  const told = new Map<string, () => void>()
  const listening = listen(lab, told, leaving.signal)
  return {
    async purchase() {
      const begun = performance.now()
      const { id } = await lab.orders.placeOrder({ customerId, total, cardNumber })
      const posted = performance.now() - begun
      // It may have been told already.
      if (!told.has(id)) await new Promise<void>((resolve) => told.set(id, resolve))
      told.delete(id)
      return { posted, approved: performance.now() - begun }
    },
    async [Symbol.asyncDispose]() {
      leaving.abort()
      await listening
      await lab[Symbol.asyncDispose]()
      await saga.stop()
    },
  }
}

async function listen(lab: Lab, told: Map<string, () => void>, signal: AbortSignal): Promise<void> {
  try {
    for await (const { kind, orderId } of lab.notifications.notifications(customerId, { after: 0, signal })) {
      if (kind !== 'order_approved') continue
      told.get(orderId)?.()
      told.set(orderId, () => {})
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** The shop, whose order has ended when it is answered. */
async function openShop(): Promise<Shop> {
  const container = await new ShopRestContainer().start()
  const shop = container.client()
  const { id: userId } = await shop.createUser({ name: 'Bench', email: 'bench@example.com' })
  return {
    async purchase() {
      const begun = performance.now()
      await shop.placeOrder({ userId, items: [{ productId: 302, quantity: 1 }] })
      const posted = performance.now() - begun
      return { posted, approved: posted }
    },
    async [Symbol.asyncDispose]() {
      await container.stop()
    },
  }
}

/** As many as it takes: each of some buyers places an order when their last one has ended. */
async function buyOften({ purchase }: Shop, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000
  let ended = 0
  async function buy(): Promise<void> {
    while (performance.now() < end) {
      await purchase()
      if (performance.now() < end) ended += 1
    }
  }
  await Promise.all(Array.from({ length: ordersMax }, buy))
  return ended / seconds
}

/** At a fixed rate, whatever the orders before it do. */
async function buySteadily({ purchase }: Shop, seconds: number): Promise<Times[]> {
  const purchases: Promise<Times>[] = []
  const begun = performance.now()
  for (let i = 0; i < rate * seconds; i += 1) {
    await setTimeout(Math.max(0, begun + (i * 1000) / rate - performance.now()))
    purchases.push(purchase())
  }
  return Promise.all(purchases)
}

function throughput(open: () => Promise<Shop>) {
  return async (bench: Bench): Promise<Figures> => {
    await using shop = await open()
    await buyOften(shop, warmUpSeconds)
    return { 'subject.rate': figure('op/s', [await buyOften(shop, secondsOf(bench))]) }
  }
}

function latency(open: () => Promise<Shop>) {
  return async (bench: Bench): Promise<Figures> => {
    await using shop = await open()
    await buySteadily(shop, warmUpSeconds)
    const times = await buySteadily(shop, secondsOf(bench))
    return {
      ...latencyFigures('subject', [Float64Array.from(times, ({ approved }) => approved)]),
      ...latencyFigures('post', [Float64Array.from(times, ({ posted }) => posted)]),
    }
  }
}

/** The memory of all six, some seconds after their start. */
async function idle(bench: Bench): Promise<Figures> {
  await using saga: StartedOrderSaga = await new OrderSagaContainers().start()
  await setTimeout(warmUpSeconds * 1000)
  let sum = 0
  for (const service of saga.services) {
    const top = await docker('top', service.getId(), '-eo', 'rss,args')
    const mebibytes = Number(/^\s*(\d+)\s+\S*node\b/m.exec(top)?.[1]) / 1024
    bench.note(`${service.service}: ${Math.round(mebibytes)} MiB`)
    sum += mebibytes
  }
  return { 'subject.memory': figure('MiB', [sum]) }
}

function buildCase(name: string, operation: string, run: Case['run']): Case {
  return { name, protocol: 'REST', operation, parameters: {}, profile: 'short', run }
}

const saga = 'POST /orders until its customer is told by SSE that the order is approved'
const shop = 'POST /api/v2/orders, whose answer is the end'

export const orderSaga: Scenario = {
  name: 'order-saga',
  title: 'What does an order cost in six services, and what in one?',
  view: 'ratios',
  cases: [
    buildCase('saga, sustained', `${saga}; ${ordersMax} at a time`, throughput(openSaga)),
    buildCase('saga, 10 a second', saga, latency(openSaga)),
    buildCase('saga, idle', 'nothing: the memory of six services', idle),
    buildCase('shop, sustained', `${shop}; ${ordersMax} at a time`, throughput(openShop)),
    buildCase('shop, 10 a second', shop, latency(openShop)),
  ],
}
