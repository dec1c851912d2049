import { type CardCharge, type CardsClient, createCardsClient, LabError } from '@polyservice-lab/clients'
import { Health } from '@polyservice-lab/contracts/course-grpc'
import { Cards } from '@polyservice-lab/contracts/order-saga/cards'
import { beforeAll, describe, expect, test } from 'vitest'
import { connectRaw, messageFrame, pathOf } from '../course-grpc/support/raw-client.ts'
import { until, useLab } from '../support/lab.ts'

const holdMs = 1_500
const amount = { amount: 1000, currency: 'EUR' }
const lab = useLab(['cards'], { CARD_HOLD_MS: String(holdMs) })
let cards: CardsClient
beforeAll(() => {
  cards = createCardsClient(lab.service('cards').address())
  return () => cards[Symbol.asyncDispose]()
})

function buildCharge(overrides: Partial<CardCharge> = {}): CardCharge {
  return { orderId: crypto.randomUUID(), cardNumber: '4242424242424242', amount, ...overrides }
}

function cardError(code: string) {
  return expect.objectContaining({ name: LabError.name, code, requestId: expect.any(String) })
}

async function ledgerOf(orderId: string): Promise<string[]> {
  const lines: string[] = []
  for await (const { kind, amount, card } of cards.listEntries(orderId))
    lines.push(`${kind} ${amount.amount} ${amount.currency} ${card}`)
  return lines
}

test('charges once for each key, and gives it back once', async () => {
  const charge = buildCharge()
  const answers = await Promise.all(Array.from({ length: 8 }, () => cards.charge(charge)))
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]).toEqual({ outcome: 'charged', chargeId: expect.stringMatching(/^[0-9a-f-]{36}$/) })
  const refunds = await Promise.all(Array.from({ length: 8 }, () => cards.refund(charge.orderId)))
  expect(refunds).toEqual(Array(8).fill(amount))
  expect(await cards.charge(charge)).toEqual(answers[0])
  expect(await ledgerOf(charge.orderId)).toEqual([
    'charge 1000 EUR ************4242',
    'refund 1000 EUR ************4242',
  ])
})

test('voids what was not charged', async () => {
  const charge = buildCharge()
  expect(await cards.refund(charge.orderId)).toBeUndefined()
  expect(await cards.charge(charge)).toEqual({ outcome: 'declined', reason: 'voided' })
  expect(await ledgerOf(charge.orderId)).toEqual([])
})

test.each([
  ['4000000000000002', 'card_declined'],
  ['4000000000009995', 'insufficient_funds'],
])('%s is declined: %s', async (cardNumber, reason) => {
  const charge = buildCharge({ cardNumber })
  expect(await cards.charge(charge)).toEqual({ outcome: 'declined', reason })
  expect(await cards.charge(charge)).toEqual({ outcome: 'declined', reason })
})

test('4000000000003102 is unavailable twice, then charged', async () => {
  const charge = buildCharge({ cardNumber: '4000000000003102' })
  await expect(cards.charge(charge)).rejects.toEqual(cardError('unavailable'))
  await expect(cards.charge(charge)).rejects.toEqual(cardError('unavailable'))
  expect(await cards.charge(charge)).toMatchObject({ outcome: 'charged' })
})

test('4000000000004101 is held, then unavailable, and nothing is charged', async () => {
  const charge = buildCharge({ cardNumber: '4000000000004101' })
  await expect(cards.charge(charge, { timeoutMs: 200 })).rejects.toEqual(
    expect.objectContaining({ code: 'deadline_exceeded' }),
  )
  await expect(cards.charge(charge)).rejects.toEqual(cardError('unavailable'))
  expect(await cards.refund(charge.orderId)).toBeUndefined()
})

test('4000000000004102 is charged at once, and its answers are held', async () => {
  const charge = buildCharge({ cardNumber: '4000000000004102' })
  const answer = cards.charge(charge)
  await until(async () => (await ledgerOf(charge.orderId)).length === 1, 'it is in the ledger')
  expect(await answer).toMatchObject({ outcome: 'charged' })
  expect(await cards.refund(charge.orderId)).toEqual(amount)
})

test('refuses other content under the same key', async () => {
  const charge = buildCharge()
  await cards.charge(charge)
  for (const other of [{ amount: { amount: 1, currency: 'EUR' } }, { cardNumber: '4000000000000002' }])
    await expect(cards.charge({ ...charge, ...other })).rejects.toEqual(cardError('failed_precondition'))
})

test.each([
  ['an unknown card', { cardNumber: '4111111111111111' }, ['card_number']],
  ['no money', { amount: { amount: 0, currency: 'EUR' } }, ['amount.amount']],
  ['too much', { amount: { amount: 100_000_001, currency: 'EUR' } }, ['amount.amount']],
  ['a currency that is none', { amount: { amount: 1, currency: 'euro' } }, ['amount.currency']],
  ['an order in capitals', { orderId: crypto.randomUUID().toUpperCase() }, ['idempotency_key', 'order_id']],
])('refuses a charge with %s', async (_name, overrides, fields) => {
  const refusal: LabError = await cards.charge(buildCharge(overrides)).catch((error) => error)
  expect(refusal).toEqual(cardError('invalid_argument'))
  expect(refusal.violations.map(({ field }) => field)).toEqual(fields)
  expect(JSON.stringify(refusal)).not.toContain('4111111111111111')
})

test('the ledger of all orders grows', async () => {
  await cards.charge(buildCharge())
  await cards.charge(buildCharge())
  const ids: number[] = []
  for await (const { entryId } of cards.listEntries()) ids.push(entryId)
  expect(ids.length).toBeGreaterThanOrEqual(2)
  expect(ids).toEqual(ids.toSorted((a, b) => a - b))
  expect(new Set(ids).size).toBe(ids.length)
})

test('tells of its health', async () => {
  await using connection = await connectRaw(lab.service('cards').address())
  const { check } = Health.method
  const { stream, ended } = connection.open(pathOf(check))
  stream.end(messageFrame(check.input, { service: Cards.typeName }))
  expect(await ended).toMatchObject({ status: 0 })
})

describe('when it is asked to stop', () => {
  test('what is held ends as unavailable', async () => {
    const held = cards.charge(buildCharge({ cardNumber: '4000000000004101' }), { timeoutMs: 60_000 })
    const refused = expect(held).rejects.toEqual(expect.objectContaining({ code: 'unavailable' }))
    await until(async () => (await lab.service('cards').metric('saga_charges_total')) > 0, 'it is there')
    await lab.service('cards').signal('SIGTERM')
    await refused
    expect(await lab.service('cards').exitCode()).toBe(0)
  })
})
