import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  cardNumbers,
  checkMessage,
  keysOf,
  type MessageType,
  maskCards,
  messageSources,
  messageTypes,
  queueArguments,
  queueNames,
  requests,
} from './index.ts'

const folder = resolve(import.meta.dirname, 'schemas')
const base = 'https://polyservice-lab.example/schemas/'
// `format` is a word for people beside patterns, as JSON Schema 2020-12 has it.
const ajv = new Ajv2020({ validateFormats: false })
for (const file of readdirSync(folder)) ajv.addSchema(JSON.parse(readFileSync(resolve(folder, file), 'utf8')))

function isValid(schema: string, value: unknown): boolean {
  return ajv.validate(`${base}${schema}.json`, value)
}

const uuid = '0af76519-16cd-43dd-8448-eb211c80319c'
const money = { amount: 1, currency: 'EUR' }
const cardNumber = '4242424242424242'
const examples: Readonly<Record<MessageType, object>> = {
  'order.placed': {
    version: 1,
    customerId: 'ada',
    total: money,
    cardNumber,
    items: [{ productId: '😀'.repeat(64), quantity: 1 }],
  },
  'order.approved': { version: 2, customerId: 'ada', total: money },
  'order.rejected': { version: 2, customerId: 'ada', total: money, reason: 'timeout' },
  'credit.reserve': { customerId: 'ada', amount: money },
  'credit.release': { customerId: 'ada', amount: money },
  'credit.reserved': { customerId: 'ada', amount: money },
  'credit.released': { customerId: 'ada', amount: { ...money, amount: 0 } },
  'credit.refused': { customerId: 'ada', reason: 'voided' },
  'payment.take': { customerId: 'ada', amount: money, cardNumber },
  'payment.refund': { customerId: 'ada', amount: money },
  'payment.taken': { paymentId: uuid, amount: money },
  'payment.failed': { reason: 'card_timeout' },
  'payment.refunded': { amount: { ...money, amount: 0 } },
  'order.approve': {},
  'order.reject': { reason: 'timeout' },
  'card.charged': { amount: money },
  'card.declined': { reason: 'card_declined' },
  'card.refunded': { amount: money },
}

function message(type: MessageType, members: object = {}) {
  return {
    specversion: '1.0',
    id: uuid,
    source: messageSources[type],
    type,
    subject: uuid,
    time: '2026-11-25T10:00:00.000Z',
    datacontenttype: 'application/json',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    data: examples[type],
    ...members,
  }
}

function passes(value: unknown): boolean {
  try {
    checkMessage(value)
    return true
  } catch {
    return false
  }
}

const wrongValues = [
  undefined,
  null,
  '',
  'x',
  -1,
  0,
  1.5,
  100_000_001,
  [],
  {},
  'ADA',
  'eur',
  uuid.toUpperCase(),
]

/** Every value with one member, at any depth, that is something else. */
function* broken(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) {
    const withMember = (other: unknown) =>
      Array.isArray(value)
        ? [...value.keys()].map((at) => (String(at) === key ? other : value[at]))
        : { ...value, [key]: other }
    for (const wrong of wrongValues) yield JSON.parse(JSON.stringify(withMember(wrong)))
    for (const deeper of broken(member)) yield withMember(deeper)
  }
}

describe.each(messageTypes)('%s', (type) => {
  test('is what the schema says, whatever is wrong with it', () => {
    const good = message(type)
    expect(isValid(type, good)).toBe(true)
    expect(checkMessage({ ...good, unknown: 1 })).toEqual(good)
    for (const bad of broken(good))
      expect([bad, passes(bad)]).toEqual([bad, isValid(typeOf(bad) ?? type, bad)])
  })
})

/** A message of another type is held to the schema of that. */
function typeOf(value: unknown): string | undefined {
  const { type } = value as { type?: unknown }
  return messageTypes.find((known) => known === type)
}

test.each([
  [
    'order',
    'http.order-request',
    { customerId: 'ada', total: money, cardNumber, note: 'x', items: [{ productId: 'a', quantity: 1 }] },
  ],
  ['customer', 'http.customer-request', { name: 'Ada', creditLimit: money }],
  ['payment', 'http.payment-request', { orderId: uuid, customerId: 'ada', amount: money, cardNumber }],
] as const)('the request of %s is what the schema says', (name, schema, good) => {
  expect(isValid(schema, good)).toBe(true)
  expect(requests[name].safeParse(good).success).toBe(true)
  for (const bad of broken(good))
    expect([bad, requests[name].safeParse(bad).success]).toEqual([bad, isValid(schema, bad)])
})

test('a time that does not exist is none', () => {
  expect(() => checkMessage(message('order.approve', { time: '2026-13-45T10:00:00.000Z' }))).toThrow(
    /^time: /,
  )
})

test('the topology is that of asyncapi.yaml', () => {
  const { channels } = parse(readFileSync(resolve(import.meta.dirname, 'asyncapi.yaml'), 'utf8'))
  interface Channel {
    readonly address: string
    readonly messages: Readonly<Record<string, { readonly $ref: string }>>
    readonly 'x-queue-arguments'?: object
  }
  const queues = (Object.values(channels) as Channel[]).filter((one) => one['x-queue-arguments'])
  expect(queues.map(({ address }) => address).sort()).toEqual([...queueNames, 'saga.dead'].sort())
  for (const { address, messages, 'x-queue-arguments': found } of queues) {
    const name = queueNames.find((queue) => queue === address)
    expect(found).toEqual(name === undefined ? queueArguments.dead : queueArguments.inbox)
    if (name === undefined) continue
    const keys = new Set([...keysOf(name, 'orchestration'), ...keysOf(name, 'choreography')])
    const types = Object.keys(messages).map((one) =>
      one.replace(/[A-Z]/, (letter) => `.${letter.toLowerCase()}`),
    )
    expect(types.sort()).toEqual((keys.has('#') ? [...messageTypes] : [...keys]).sort())
  }
})

test('the number of a card is masked wherever it stands, and no other number', () => {
  for (const number of cardNumbers)
    expect(maskCards(`a ${number}!`)).toBe(`a ************${number.slice(-4)}!`)
  expect(maskCards('4111111111111111 4242424242424243')).toBe('4111111111111111 4242424242424243')
})
