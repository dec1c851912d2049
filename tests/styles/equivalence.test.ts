import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { comparable, entitiesOf, told } from './compare.ts'
import { commands, Model } from './model.ts'
import { type Operation, operations, outcomeIn, type Style, styleNames } from './operations.ts'
import { useStyles } from './use-styles.ts'

const shop = useStyles()
const everyStyle = <T>(value: (style: Style) => T) =>
  Object.fromEntries(styleNames.map((style) => [style, value(style)]))

describe.each(Object.entries(operations))('%s', (_group, rows) => {
  test.each(rows.map((operation): [string, Operation] => [operation.name, operation]))(
    '%s: the same in every style',
    async (_name, operation) => {
      const outcomes: Partial<Record<Style, string>> = {}
      const values: Partial<Record<Style, unknown>> = {}
      for (const style of styleNames) {
        const unique = `u${crypto.randomUUID().replaceAll('-', '')}`
        const { outcome, value } = await told(operation.run(shop.client(style), unique))
        outcomes[style] = outcome
        if (outcome === 'ok') values[style] = comparable(value, unique)
      }
      expect(outcomes).toEqual(everyStyle((style) => outcomeIn(style, operation)))
      const [first] = Object.values(values)
      for (const value of Object.values(values)) expect(value).toEqual(first)
    },
    60_000,
  )
})

describe.each(styleNames)('what %s wrote', (writer) => {
  const written: Record<string, unknown> = {}

  test('is there', async () => {
    const client = shop.client(writer)
    const { id } = await client.createUser({ name: 'Ёж <&> 刺猬', email: `of-${writer}@example.com` })
    written['user'] = await client.updateUser(id, { name: `Ёж of ${writer}` })
    const items = [
      { productId: 308, quantity: 3 },
      { productId: 309, quantity: 1000 },
    ]
    written['placed'] = await client.placeOrder({ userId: id, items })
    const { id: orderId } = await client.placeOrder({ userId: id, items }, { idempotencyKey: `of-${writer}` })
    written['cancelled'] = await client.cancelOrder(orderId)
  }, 60_000)

  test.each(styleNames)(
    '%s reads',
    async (reader) => {
      const client = shop.client(reader)
      const { user, placed, cancelled } = written as Record<'user' | 'placed' | 'cancelled', { id: number }>
      expect({
        user: entitiesOf(await client.getUser(user.id)),
        placed: entitiesOf(await client.getOrder(placed.id)),
        cancelled: entitiesOf(await client.getOrder(cancelled.id)),
        all: entitiesOf(await client.listOrders({ userId: user.id })),
      }).toEqual({
        ...{ user: entitiesOf(user), placed: entitiesOf(placed), cancelled: entitiesOf(cancelled) },
        all: entitiesOf([placed, cancelled]),
      })
    },
    60_000,
  )

  test.each(styleNames)(
    '%s knows its keys',
    async (other) => {
      const { id, userId } = written['cancelled'] as unknown as { id: number; userId: number }
      const order = {
        userId,
        items: [
          { productId: 308, quantity: 3 },
          { productId: 309, quantity: 1000 },
        ],
      }
      const again = await shop.client(other).placeOrder(order, { idempotencyKey: `of-${writer}` })
      // As the first answer had it: placed.
      expect(again).toMatchObject({ id, status: 'placed' })
    },
    60_000,
  )
})

test('styles in any order, one step each, are one shop: the model of it', async () => {
  const property = fc.asyncProperty(commands, (steps) =>
    fc.asyncModelRun(async () => {
      await shop.reset()
      return { model: new Model(), real: (style: Style) => shop.client(style) }
    }, steps),
  )
  await fc.assert(property, { numRuns: 25, interruptAfterTimeLimit: 120_000, markInterruptAsFailure: false })
}, 240_000)
