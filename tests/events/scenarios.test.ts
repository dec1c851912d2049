import { readFileSync } from 'node:fs'
import { flows } from '@polyservice-lab/contracts/order-saga'
import { describe, expect, test, vi } from 'vitest'
import { eur, useSaga } from './support/use-saga.ts'

vi.setConfig({ testTimeout: 180_000 })

interface Scenario {
  readonly id: string
  readonly flow: string
  readonly data?: {
    readonly limit: number | null
    readonly amount: number
    readonly currency: string
    readonly card: string
    readonly state: string
    readonly reason: string | null
    readonly charges: number
    readonly refunds: number
    readonly saga: { readonly state: string; readonly steps: readonly string[] }
    readonly paymentTries: number | null
  }
}

const file = new URL(import.meta.resolve('@polyservice-lab/contracts/order-saga/cases.jsonl'))
const scenarios = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line): Scenario => JSON.parse(line))

/** Every scenario that is one order: its end, its charges, what its customer is told, and how its saga went. */
describe.each(flows)('%s', (flow) => {
  const underTest = useSaga({ flow })
  const ours = scenarios.flatMap(({ id, flow: of, data }) =>
    data !== undefined && (of === 'both' || of === flow) ? [{ id, ...data }] : [],
  )

  test.each(ours)(
    '$id',
    async ({ limit, amount, currency, card, state, reason, charges, refunds, ...rest }) => {
      const customerId = await underTest.customer(limit)
      const total = { ...eur(amount), currency }
      const placed = await underTest.place({ customerId, total, cardNumber: card })
      expect(placed).toMatchObject({ state: 'pending', version: 1, card: `************${card.slice(-4)}` })
      const { id } = placed

      expect(await underTest.ended(id)).toMatchObject({ state, reason, version: 2 })
      const told = await underTest.notifications(customerId, 2)
      expect(told.map(({ kind }) => kind)).toEqual(['order_placed', `order_${state}`])
      expect(told.map(({ orderId }) => orderId)).toEqual([id, id])
      expect(told.at(-1)?.reason).toBe(reason)

      if (flow === 'orchestration') {
        const saga = await underTest.endedSaga(id)
        expect(saga).toMatchObject({ id, customerId, total, state: rest.saga.state, reason })
        expect(saga.steps.map((step) => `${step.name} ${step.state}`)).toEqual(rest.saga.steps)
        const payments = await underTest.lab.payments.listPayments({ orderId: id })
        expect(payments.items.map(({ tries }) => tries)).toEqual(
          rest.paymentTries === null && payments.items.length === 0 ? [] : [rest.paymentTries ?? 1],
        )
        if (limit !== null) expect(await underTest.reserved(customerId)).toBe(0)
      } else {
        await expect(underTest.lab.orchestrator.getSaga(id)).rejects.toThrow('no such saga')
        expect((await underTest.lab.payments.listPayments({ orderId: id })).items).toEqual([])
      }

      const amounts = (count: number) => Array(count).fill(amount)
      await vi.waitFor(
        async () =>
          expect(await underTest.ledger(id)).toEqual({
            charges: amounts(charges),
            refunds: amounts(refunds),
          }),
        { timeout: 60_000, interval: 200 },
      )
    },
  )
})
