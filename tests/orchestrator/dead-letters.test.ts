import { createOrchestratorClient, type DeadLetter } from '@polyservice-lab/clients'
import { OrderSagaContainers, type StartedOrderSaga } from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { until } from '../support/lab.ts'
import { buildMessage, Peers } from './support/peers.ts'

let lab: StartedOrderSaga
let peers: Peers
beforeAll(async () => {
  lab = await new OrderSagaContainers().withServices('orchestrator').start()
  peers = await Peers.connect(lab.engines.rabbitmq.hostUrl())
}, 180_000)
afterAll(async () => {
  await peers?.[Symbol.asyncDispose]()
  await lab?.stop()
})
beforeEach(() => lab.service('orchestrator').reset())

const inbox = 'orchestrator.inbox'
const client = () => createOrchestratorClient(lab.service('orchestrator').address())

async function letters(count: number): Promise<readonly DeadLetter[]> {
  await until(async () => (await client().listDeadLetters()).items.length >= count, 'the letters are there')
  return (await client().listDeadLetters()).items
}

const placed = () =>
  buildMessage('order.placed', crypto.randomUUID(), {
    ...{ version: 1, customerId: 'ada', cardNumber: '4242424242424242' },
    total: { amount: 1000, currency: 'EUR' },
  })

test.each([
  ['no JSON', Buffer.from('no JSON')],
  ['an array', Buffer.from('[]')],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0x00, 0x22])],
  ['too long', Buffer.alloc(70_000, 'a')],
  ['of another version', Buffer.from(JSON.stringify({ ...placed(), specversion: '0.3' }))],
  ['of no order', Buffer.from(JSON.stringify({ ...placed(), subject: 'x' }))],
  ['without data', Buffer.from(JSON.stringify({ ...placed(), data: {} }))],
  ['of another queue', Buffer.from(JSON.stringify(buildMessage('order.approve', crypto.randomUUID(), {})))],
])('a message that is %s is dead at once', async (_name, body) => {
  await peers.send('', inbox, body)
  const [letter] = await letters(1)
  expect(letter).toMatchObject({ queue: inbox, tries: 1, state: 'dead', replayedAt: null })
  expect(letter?.body.length).toBeLessThanOrEqual(4096)
  expect(letter?.body).not.toContain('4242424242424242')
})

test('a replay sends a letter to its queue once, and a poison comes back as a new one', async () => {
  await peers.send('', inbox, Buffer.from('no JSON'))
  const [first] = await letters(1)
  const replayed = await client().replayDeadLetter(first?.id ?? '')
  expect(replayed).toMatchObject({ id: first?.id, state: 'replayed', replayedAt: expect.any(String) })
  const both = await letters(2)
  expect(both.map(({ state }) => state)).toEqual(['replayed', 'dead'])
  await expect(client().replayDeadLetter(first?.id ?? '')).rejects.toMatchObject({
    status: 409,
    reason: 'not_replayable',
  })
})

test('a replayed message has its effect', async () => {
  const message = placed()
  const headers = { 'x-queue': inbox, 'x-tries': 4, 'x-error': 'a fault that is mended' }
  await peers.send('saga.dead', '', Buffer.from(JSON.stringify(message)), headers)
  const [letter] = await letters(1)
  expect(letter).toMatchObject({
    ...{ queue: inbox, tries: 4, error: 'a fault that is mended', messageId: message.id },
    ...{ type: 'order.placed', subject: message.subject },
  })
  await client().replayDeadLetter(letter?.id ?? '')
  const isThere = () =>
    client()
      .getSaga(message.subject)
      .then(
        () => true,
        () => false,
      )
  await until(isThere, 'the saga has begun')
})

test.each([
  [
    'a message that was delivered too often',
    { 'x-death': [{ queue: inbox, reason: 'delivery_limit', count: 1 }] },
    inbox,
  ],
  ['a queue that nobody consumes', { 'x-queue': 'nobody.inbox' }, null],
  ['nothing', {}, null],
])('takes the queue from %s', async (_name, headers, queue) => {
  await peers.send('saga.dead', '', Buffer.from('{}'), headers)
  const [letter] = await letters(1)
  expect(letter).toMatchObject({
    queue,
    tries: 0,
    error: expect.stringMatching(/^(delivered too often|unknown)$/),
  })
  if (queue !== null) return
  await expect(client().replayDeadLetter(letter?.id ?? '')).rejects.toMatchObject({
    reason: 'not_replayable',
  })
})

test('letters are listed by state, oldest first', async () => {
  for (const text of ['1', '2', '3']) await peers.send('', inbox, Buffer.from(text))
  const [first] = await letters(3)
  await client().replayDeadLetter(first?.id ?? '')
  await letters(4)
  expect((await client().listDeadLetters({ state: 'replayed' })).items.map(({ body }) => body)).toEqual(['1'])
  expect((await client().listDeadLetters({ state: 'dead' })).items.map(({ body }) => body)).toEqual([
    '2',
    '3',
    '1',
  ])
})
