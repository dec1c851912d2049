import { randomUUID } from 'node:crypto'
import {
  exchanges,
  type MessageType,
  type QueueName,
  queueArguments,
  queueNames,
  type SagaMessage,
} from '@polyservice-lab/contracts/order-saga'
import { type Channel, type ChannelModel, connect, type GetMessage } from 'amqplib'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { AppError } from '../app-error.ts'
import { createMetrics } from '../metrics.ts'
import { startPostgresServer } from '../postgres/postgres-server.ts'
import {
  applyBy,
  type BrokerConfig,
  type BrokerOptions,
  createBroker,
  type Handlers,
  openSagaDatabase,
  type SagaTables,
} from './index.ts'
import { startRabbitmqServer } from './rabbitmq-server.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 180_000 })

const until = <T>(condition: () => T | Promise<T>) => vi.waitFor(condition, { timeout: 60_000, interval: 50 })
const retryDelaysMs = [50, 100, 150]
const delayQueues = retryDelaysMs.map((ms) => `saga.delay.${ms}`)
const logger = pino({ level: process.env['TEST_LOG'] ?? 'silent' })

let postgres: Awaited<ReturnType<typeof startPostgresServer>>
let rabbitmq: Awaited<ReturnType<typeof startRabbitmqServer>>
let admin: pg.Pool
let outside: ChannelModel
let channel: Channel
let databases = 0

beforeAll(async () => {
  ;[postgres, rabbitmq] = await Promise.all([startPostgresServer(), startRabbitmqServer()])
  admin = new pg.Pool({ connectionString: postgres.url, max: 1 })
  admin.on('error', () => {})
  admin.on('connect', (client) => client.on('error', () => {}))
})

afterAll(async () => {
  await admin?.end()
  await Promise.all([postgres?.[Symbol.asyncDispose](), rabbitmq?.[Symbol.asyncDispose]()])
})

beforeEach(openOutside)
afterEach(async () => {
  for (const queue of [...queueNames, 'saga.dead', ...delayQueues]) await purge(queue)
  await outside.close()
})

async function openOutside(): Promise<void> {
  outside = await until(() => connect(`${rabbitmq.url}?heartbeat=0`))
  outside.on('error', () => {})
  await openChannel()
}

async function openChannel(): Promise<void> {
  channel = await outside.createChannel()
  channel.on('error', () => {})
}

async function purge(queue: string): Promise<void> {
  await channel.purgeQueue(queue).catch(openChannel)
}

/** The URL of a new and empty database. */
async function newDatabase(): Promise<string> {
  databases += 1
  await admin.query(`create database saga_${databases}`)
  const url = new URL(postgres.url)
  url.pathname = `/saga_${databases}`
  return url.href
}

/** A service of the wing in this process, with a database of its own. */
async function startService(handlers: Handlers<SagaTables> = {}, options: Partial<Options> = {}) {
  const { service = 'orders', queue = 'orders.inbox', config: given, ...others } = options
  const config: BrokerConfig = {
    databaseUrl: given?.databaseUrl ?? (await newDatabase()),
    amqpUrl: rabbitmq.url,
    flow: 'orchestration',
    retryDelaysMs,
    prefetchMax: 20,
    outboxPollMs: 500,
    outboxRowsMax: 3,
    inboxKeepMs: 1_000_000,
    messageBytesMax: 65_536,
    ...given,
  }
  const metrics = createMetrics('test')
  const deps = { logger, metrics, access: () => {} }
  const database = openSagaDatabase<SagaTables>({ applicationName: 'test', migrations: {}, config, deps })
  const broker = createBroker<SagaTables>({
    ...others,
    service,
    database,
    subscriptions: [{ queue, apply: applyBy(handlers) }],
    config,
    deps,
  })
  broker.start()
  const isConnected = () => until(() => expect(broker.isConnected).toBe(true))
  if (options.waits !== false) await isConnected()
  return {
    broker,
    database,
    isConnected,
    metric: async (name: string, labels: Readonly<Record<string, string>> = {}) => {
      const { values } = (await metrics.registry.getSingleMetric(name)?.get()) ?? { values: [] }
      return values.find(({ labels: have }) =>
        Object.entries(labels).every(([key, value]) => have[key] === value),
      )?.value
    },
    [Symbol.asyncDispose]: async () => {
      await broker[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

interface Options extends Pick<BrokerOptions<SagaTables>, 'service' | 'onSent' | 'onConnected'> {
  readonly queue: QueueName
  readonly config: Partial<BrokerConfig>
  readonly waits: boolean
}

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

function message(type: MessageType, members: Record<string, unknown> = {}) {
  const sources: Partial<Record<MessageType, string>> = { 'order.approve': '/orchestrator' }
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: sources[type] ?? '/orders',
    type,
    subject: randomUUID(),
    time: '2026-11-25T10:00:00.000Z',
    datacontenttype: 'application/json',
    traceparent,
    data: {},
    ...members,
  }
}

function orderEvent(subject: string, version: 1 | 2) {
  const data = { version, customerId: 'ada', total: { amount: 1, currency: 'EUR' } }
  return version === 1
    ? message('order.placed', { subject, data: { ...data, cardNumber: '4242424242424242' } })
    : message('order.approved', { subject, data })
}

function put(queue: string, body: unknown, headers: Record<string, unknown> = {}): void {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))
  channel.sendToQueue(queue, bytes, { headers, contentType: 'application/cloudevents+json' })
}

async function get(queue: string): Promise<GetMessage> {
  return until(async () => {
    const found = await channel.get(queue, { noAck: true })
    if (found === false) throw new Error(`${queue} is empty`)
    return found
  })
}

async function ready(queue: string): Promise<number> {
  return (await channel.checkQueue(queue)).messageCount
}

test('the topology is declared with the arguments of the contract', async () => {
  await using _service = await startService()
  const { output } = await rabbitmq.control('list_queues', 'name', 'arguments', '--formatter', 'json')
  const queues: { name: string; arguments: [string, string, unknown][] }[] = JSON.parse(output)
  const found = Object.fromEntries(
    queues.map(({ name, arguments: rows }) => [
      name,
      Object.fromEntries(rows.map(([key, , value]) => [key, value])),
    ]),
  )
  expect(found).toEqual({
    ...Object.fromEntries(queueNames.map((name) => [name, queueArguments.inbox])),
    'saga.dead': queueArguments.dead,
    ...Object.fromEntries(retryDelaysMs.map((ms) => [`saga.delay.${ms}`, queueArguments.delay(ms)])),
  })
})

test('the bindings of the other flow go', async () => {
  const bindings = async () => {
    const { output } = await rabbitmq.control(
      'list_bindings',
      'routing_key',
      'destination_name',
      '--formatter',
      'json',
    )
    const rows: { routing_key: string; destination_name: string }[] = JSON.parse(output)
    return rows
      .filter(({ destination_name }) => destination_name === 'orders.inbox')
      .map((row) => row.routing_key)
  }
  {
    await using _service = await startService({}, { config: { flow: 'choreography' } })
    expect(await bindings()).toEqual(expect.arrayContaining(['card.charged', 'card.declined']))
    expect(await bindings()).not.toContain('order.approve')
  }
  await using _service = await startService()
  expect(await bindings()).toEqual(expect.arrayContaining(['order.approve', 'order.reject']))
  expect(await bindings()).not.toContain('card.charged')
})

describe('the outbox', () => {
  const draft = {
    type: 'order.approve',
    subject: randomUUID(),
    parent: traceparent,
    data: {},
  } as const

  test('sends what a transaction wrote, when it has committed', async () => {
    const sent: string[] = []
    await using service = await startService(
      {},
      { queue: 'customers.inbox', onSent: async (ids) => void sent.push(...ids) },
    )
    const { id } = await service.database.transaction(({ send }) => send(draft))
    const { content, properties, fields } = await get('orders.inbox')
    expect(fields.routingKey).toBe('order.approve')
    expect(properties).toMatchObject({
      messageId: id,
      type: 'order.approve',
      contentType: 'application/cloudevents+json',
      deliveryMode: 2,
    })
    const body = JSON.parse(content.toString())
    expect(body).toMatchObject({ id, specversion: '1.0', source: '/orchestrator', subject: draft.subject })
    expect(body.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/)
    expect(body.traceparent).not.toBe(traceparent)
    await until(() => expect(sent).toEqual([id]))
    await until(async () => expect(await service.metric('saga_outbox_unsent')).toBe(0))
    expect(await service.metric('saga_messages_sent_total', { type: 'order.approve' })).toBe(1)
  })

  test('sends nothing of a transaction that is rolled back', async () => {
    await using service = await startService({}, { queue: 'customers.inbox' })
    const failed = service.database.transaction(async ({ send }) => {
      await send(draft)
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    await service.database.transaction(({ send }) => send({ ...draft, subject: randomUUID() }))
    await get('orders.inbox')
    expect(await ready('orders.inbox')).toBe(0)
  })

  test('sends again what no queue takes', async () => {
    await using service = await startService({}, { queue: 'customers.inbox' })
    const unbind = [
      ['orders.inbox', 'order.approve'],
      ['orders.history', '#'],
    ] as const
    for (const [queue, key] of unbind) await channel.unbindQueue(queue, exchanges.messages, key)
    const { id } = await service.database.transaction(({ send }) => send(draft))
    await until(async () => {
      await service.database.count()
      expect(service.database.counts.unsent).toBe(1)
    })
    for (const [queue, key] of unbind) await channel.bindQueue(queue, exchanges.messages, key)
    expect((await get('orders.inbox')).properties.messageId).toBe(id)
    await until(async () => expect(await service.metric('saga_outbox_unsent')).toBe(0))
  })

  test('keeps what is written while the broker is away, up to its bound, and sends it in order', async () => {
    const connections = vi.fn()
    await using service = await startService({}, { queue: 'customers.inbox', onConnected: connections })
    await rabbitmq.container.kill()
    await until(() => expect(service.broker.isConnected).toBe(false))
    const ids: string[] = []
    for (let i = 0; i < 4; i++) {
      service.database.checkOutbox()
      ids.push((await service.database.transaction(({ send }) => send(draft))).id)
    }
    expect(() => service.database.checkOutbox()).toThrow(
      expect.objectContaining({ code: 'unavailable', details: { reason: 'outbox_full' } }),
    )
    expect(await service.metric('saga_outbox_unsent')).toBe(4)
    expect(await service.metric('saga_broker_connected')).toBe(0)
    await rabbitmq.container.start()
    await openOutside()
    const got: string[] = []
    while (got.length < 4) got.push((await get('orders.inbox')).properties.messageId)
    expect(got).toEqual(ids)
    await service.isConnected()
    await until(() => expect(connections).toHaveBeenCalledTimes(2))
    await until(async () => expect(await service.metric('saga_outbox_unsent')).toBe(0))
  })
})

describe('the inbox', () => {
  test('gives a message its effect once, whatever the number of its copies', async () => {
    const effects: SagaMessage[] = []
    await using service = await startService({ 'order.approve': async (one) => void effects.push(one) })
    const one = message('order.approve', { unknown: 'ignored' })
    const other = message('order.approve', { subject: one.subject })
    for (const body of [one, one, other, one]) put('orders.inbox', body)
    await until(async () =>
      expect(await service.metric('saga_messages_total', { outcome: 'duplicate' })).toBe(2),
    )
    expect(new Set(effects.map(({ id }) => id))).toEqual(new Set([one.id, other.id]))
    expect(await service.metric('saga_messages_total', { outcome: 'handled' })).toBe(2)
  })

  test('gives the messages of an order their effects in the order in which they came', async () => {
    const effects: string[] = []
    const goOn = Promise.withResolvers<void>()
    await using service = await startService({
      'order.approve': async ({ id }) => {
        if (id === first.id) await goOn.promise
        effects.push(id)
      },
    })
    const first = message('order.approve')
    const second = message('order.approve', { subject: first.subject })
    const other = message('order.approve')
    for (const one of [first, second, other]) put('orders.inbox', one)
    await until(() => expect(effects).toEqual([other.id]))
    goOn.resolve()
    await until(() => expect(effects).toEqual([other.id, first.id, second.id]))
    expect(await service.metric('saga_messages_total', { outcome: 'retried' })).toBe(0)
  })

  test('gives the events of an order their effects in the order of versions, each once', async () => {
    const effects: string[] = []
    const note = async ({ type, subject }: SagaMessage) => void effects.push(`${type} ${subject}`)
    await using service = await startService(
      { 'order.placed': note, 'order.approved': note },
      { service: 'notifications', queue: 'notifications.inbox' },
    )
    const [order, another] = [randomUUID(), randomUUID()]
    const end = orderEvent(order, 2)
    for (const event of [end, { ...end, id: randomUUID() }, orderEvent(another, 1)])
      put('notifications.inbox', event)
    await until(() => expect(effects).toEqual([`order.placed ${another}`]))
    await until(async () => expect(await service.metric('saga_held_messages')).toBe(1))
    for (const event of [orderEvent(order, 1), orderEvent(order, 1), orderEvent(order, 2)])
      put('notifications.inbox', event)
    await until(async () =>
      expect(
        await service.metric('saga_messages_total', { type: 'order.approved', outcome: 'duplicate' }),
      ).toBe(2),
    )
    await until(async () =>
      expect(
        await service.metric('saga_messages_total', { type: 'order.placed', outcome: 'duplicate' }),
      ).toBe(1),
    )
    expect(effects.slice(1)).toEqual([`order.placed ${order}`, `order.approved ${order}`])
    expect(await service.metric('saga_held_messages')).toBe(0)
  })
})

describe('a message that fails', () => {
  test('is tried again after each delay, lets others pass, and is dead after the last', async () => {
    const tries: number[] = []
    const passed: string[] = []
    await using service = await startService({
      'order.approve': async ({ subject }, { send }) => {
        if (subject !== bad.subject) return void passed.push(subject)
        tries.push(performance.now())
        await send({ type: 'order.placed', subject, parent: traceparent, data: {} as never })
        throw new Error('no such order\nof 4242424242424242')
      },
    })
    const bad = message('order.approve')
    const good = message('order.approve')
    put('orders.inbox', bad, { 'x-foreign': 'header' })
    put('orders.inbox', good)
    const { content, properties } = await get('saga.dead')
    expect(JSON.parse(content.toString())).toEqual(bad)
    expect(properties.headers).toEqual({
      'x-queue': 'orders.inbox',
      'x-tries': 4,
      'x-error': 'no such order of ************4242',
    })
    expect(passed).toEqual([good.subject])
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0))
    for (const [index, pause] of pauses.entries())
      expect(pause).toBeGreaterThanOrEqual(retryDelaysMs[index] ?? 0)
    expect(await service.metric('saga_messages_total', { outcome: 'retried' })).toBe(3)
    expect(await service.metric('saga_messages_total', { outcome: 'dead' })).toBe(1)
    await service.database.count()
    expect(service.database.counts.unsent).toBe(0)
  })

  test.each<[string, unknown, RegExp]>([
    ['no JSON', Buffer.from('{'), /no JSON/],
    ['an array', [], /no JSON object/],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), /no UTF-8/],
    ['another specversion', message('order.approve', { specversion: '0.3' }), /specversion/],
    ['an id that is no UUID', message('order.approve', { id: '7' }), /id: must be a UUID/],
    ['no traceparent', message('order.approve', { traceparent: undefined }), /traceparent/],
    ['other data', message('order.reject', { source: '/orchestrator' }), /data\.reason/],
    ['an unknown type', { ...message('order.approve'), type: 'order.eaten' }, /type/],
    ['a type of another queue', orderEvent(randomUUID(), 1), /order\.placed is not for orders\.inbox/],
    ['70 KB', message('order.approve', { filler: 'x'.repeat(70_000) }), /more than 65536/],
  ])('is dead at once: %s', async (_name, body, error) => {
    await using service = await startService()
    put('orders.inbox', body, { 'x-tries': 2 })
    const { content, properties } = await get('saga.dead')
    expect(content).toEqual(Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)))
    expect(properties.headers).toEqual({
      'x-queue': 'orders.inbox',
      'x-tries': 1,
      'x-error': expect.stringMatching(error),
    })
    expect(await service.metric('saga_messages_total', { type: 'invalid', outcome: 'dead' })).toBe(1)
  })
})

describe('while the database is away', () => {
  test('a message waits unacked, without a try, and is handled when it is back', async () => {
    const effects = vi.fn()
    await using service = await startService({ 'order.approve': async () => void effects() })
    await postgres.container.kill()
    put('orders.inbox', message('order.approve'))
    await until(async () => expect(await ready('orders.inbox')).toBe(0))
    await expect(service.database.transaction(async () => {})).rejects.toThrow(AppError)
    await until(async () => expect(await service.database.isReady()).toBe(false))
    await postgres.container.start()
    await until(() => expect(effects).toHaveBeenCalledTimes(1))
    for (const queue of [...delayQueues, 'saga.dead']) expect(await ready(queue)).toBe(0)
    await until(() => admin.query('select 1'))
  })

  test('a start waits for it, and its calls say so', async () => {
    const databaseUrl = await newDatabase()
    await postgres.container.kill()
    await using service = await startService({}, { waits: false, config: { databaseUrl } })
    expect(() => service.database.db).toThrow(expect.objectContaining({ code: 'unavailable' }))
    expect(await service.database.isReady()).toBe(false)
    await postgres.container.start()
    await service.isConnected()
    await until(() => admin.query('select 1'))
  })
})

test('a message that is in hand at the end is finished and acked', async () => {
  const begun = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const service = await startService({
    'order.approve': async () => {
      begun.resolve()
      await goOn.promise
    },
  })
  put('orders.inbox', message('order.approve'))
  await begun.promise
  const end = service.broker[Symbol.asyncDispose]()
  goOn.resolve()
  await end
  await service.database[Symbol.asyncDispose]()
  await until(async () => expect((await channel.checkQueue('orders.inbox')).consumerCount).toBe(0))
  expect(await ready('orders.inbox')).toBe(0)
})

test('a reset empties tables and queues, and goes on', async () => {
  const effects: string[] = []
  const stuck = Promise.withResolvers<void>()
  await using service = await startService({
    'order.approve': async ({ subject }) => {
      if (subject === held.subject && effects.length === 0) await stuck.promise
      effects.push(subject)
    },
  })
  const held = message('order.approve')
  put('orders.inbox', held)
  put('saga.dead', 'a letter')
  await until(async () => expect(await ready('saga.dead')).toBe(1))
  stuck.resolve()
  await service.broker.reset(async () => {}, ['saga.dead'])
  expect(await ready('saga.dead')).toBe(0)
  await service.isConnected()
  const before = effects.length
  // Its id is not known any more.
  put('orders.inbox', held)
  await until(() => expect(effects.length).toBe(before + 1))
})
