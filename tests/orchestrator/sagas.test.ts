import { createOrchestratorClient, LabError, type Saga } from '@polyservice-lab/clients'
import { OrderSagaContainers, type StartedOrderSaga } from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { until } from '../support/lab.ts'
import { type Behaviour, buildMessage, Peers } from './support/peers.ts'

vi.setConfig({ testTimeout: 90_000 })

let lab: StartedOrderSaga
let peers: Peers
beforeAll(async () => {
  // Nine seconds for a step that nobody answers, and long enough for those that somebody does.
  const environment = { STEP_TIMEOUT_MS: '3000' }
  lab = await new OrderSagaContainers().withServices('orchestrator').withEnvironment(environment).start()
  peers = await Peers.connect(lab.engines.rabbitmq.hostUrl())
}, 180_000)
afterAll(async () => {
  await peers?.[Symbol.asyncDispose]()
  await lab?.stop()
})

const client = () => createOrchestratorClient(lab.service('orchestrator').address())

async function ended(id: string): Promise<Saga> {
  let saga: Saga | undefined
  await until(
    async () => {
      saga = await client().getSaga(id).catch(unlessNotYet)
      return saga?.state === 'completed' || saga?.state === 'compensated'
    },
    'the saga has ended',
    60_000,
  )
  return saga as Saga
}

/** The saga begins a moment after its order; a machine that is busy is asked again. */
function unlessNotYet(error: unknown): undefined {
  const isPassing = error instanceof LabError && ['not_found', 'unavailable'].includes(error.code)
  if (!isPassing) throw error
}

function textOf({ state, reason, steps }: Saga): string {
  return `${state} ${reason}: ${steps.map((step) => `${step.name} ${step.state}`).join(', ')}`
}

test.concurrent.each<[string, Behaviour, string]>([
  ['all goes well', {}, 'completed null: credit ok, payment ok, approve ok, settle ok'],
  ['credit is refused', { credit: 'refused' }, 'compensated credit_limit: credit refused, reject ok'],
  [
    'payment is refused',
    { payment: 'refused' },
    'compensated card_declined: credit ok, payment refused, release ok, reject ok',
  ],
  [
    'customers do not answer',
    { credit: 'silent' },
    'compensated timeout: credit timeout, release ok, reject ok',
  ],
  [
    'payments do not answer',
    { payment: 'silent' },
    'compensated timeout: credit ok, payment timeout, refund ok, release ok, reject ok',
  ],
])('where %s', async (_name, behaviour, end) => {
  const id = await peers.place(behaviour)
  expect(textOf(await ended(id))).toBe(end)
})

test('a command without an answer is given again as the same message, three times in all', async () => {
  const id = await peers.place({ credit: 'silent' })
  const saga = await ended(id)
  expect(saga.steps[0]).toMatchObject({ name: 'credit', tries: 3, reason: 'timeout' })
  const reserves = peers.commandsFor(id).filter(({ type }) => type === 'credit.reserve')
  expect(reserves).toHaveLength(3)
  expect(new Set(reserves.map((message) => JSON.stringify(message))).size).toBe(1)
})

test('an approval without an answer is repeated and never compensated', async () => {
  const id = await peers.place({ approve: 'silent' })
  const approvals = () => peers.commandsFor(id).filter(({ type }) => type === 'order.approve')
  await until(() => approvals().length >= 5, 'it was repeated beyond the tries of others', 60_000)
  expect((await client().getSaga(id)).state).toBe('running')
  const { amount, customerId } = { amount: { amount: 1000, currency: 'EUR' }, customerId: 'ada' }
  await peers.publish(buildMessage('order.approved', id, { version: 2, customerId, total: amount }))
  expect(textOf(await ended(id))).toContain('approve ok, settle ok')
})

test('a cancellation while the payment waits is heeded when the payment is answered or given up', async () => {
  const id = await peers.place({ payment: 'silent' })
  await until(() => peers.commandsFor(id).some(({ type }) => type === 'payment.take'), 'payment waits')
  await peers.cancel(id)
  expect(textOf(await ended(id))).toBe(
    'compensated cancelled: credit ok, payment timeout, refund ok, release ok',
  )
})

test('a rejection that comes before its order is kept until then', async () => {
  const id = crypto.randomUUID()
  await peers.cancel(id)
  await peers.place({}, id)
  expect(textOf(await ended(id))).toBe('compensated cancelled: credit ok, release ok')
})

test('every command belongs to the trace of the order', async () => {
  const id = await peers.place()
  await ended(id)
  const traces = peers.commandsFor(id).map(({ traceparent }) => traceparent.split('-'))
  expect(traces).toHaveLength(4)
  for (const [, trace] of traces) expect(trace).toBe('0af7651916cd43dd8448eb211c80319c')
  expect(new Set(traces.map(([, , span]) => span)).size).toBe(4)
})

test('answers that nobody awaits change nothing', async () => {
  const id = await peers.place()
  const before = await ended(id)
  await peers.publish(buildMessage('payment.failed', id, { reason: 'card_declined' }))
  await peers.publish(
    buildMessage('credit.released', crypto.randomUUID(), {
      customerId: 'ada',
      amount: { amount: 0, currency: 'EUR' },
    }),
  )
  await ended(await peers.place())
  expect(await client().getSaga(id)).toEqual(before)
  expect((await client().listDeadLetters()).items).toEqual([])
})

test('a process that dies between two steps goes on where it was', async () => {
  const ids = await Promise.all(Array.from({ length: 10 }, () => peers.place()))
  await lab.service('orchestrator').kill()
  await lab.service('orchestrator').start()
  for (const id of ids) expect(textOf(await ended(id))).toContain('completed')
})

test('the stream tells of every change', async () => {
  const { host, port } = lab.service('orchestrator').address()
  const leaving = new AbortController()
  const { body, headers } = await fetch(`http://${host}:${port}/sagas/stream`, { signal: leaving.signal })
  expect(headers.get('content-type')).toBe('text/event-stream')
  const id = await peers.place()
  let heard = ''
  for await (const chunk of body ?? []) {
    heard += Buffer.from(chunk).toString()
    if (heard.includes('"completed"')) break
  }
  leaving.abort()
  const told = [...heard.matchAll(/^event: saga\ndata: (.*)\n\n/gm)].map(
    ([, data = '']) => JSON.parse(data) as Saga,
  )
  const own = told.filter((saga) => saga.id === id)
  // A command that is repeated is a change as well.
  const lengths = own.map(({ steps }) => steps.length)
  expect(new Set(lengths)).toEqual(new Set([1, 2, 3, 4]))
  expect(lengths).toEqual(lengths.toSorted())
  expect(own.at(-1)).toMatchObject({ state: 'completed' })
})
