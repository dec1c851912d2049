import type { ShopClient } from '@polyservice-lab/clients'
import fc from 'fast-check'
import { expect } from 'vitest'
import { told } from './compare.ts'
import { type Outcome, type Style, styleNames } from './operations.ts'

interface ModelUser {
  readonly name: string
  readonly email: string
  readonly version: number
}

interface ModelOrder {
  readonly userId: number
  readonly status: 'placed' | 'cancelled'
  readonly items: readonly Item[]
}

interface Item {
  readonly productId: number
  readonly quantity: number
}

const cents: Readonly<Record<number, number>> = { 301: 5000, 302: 2550, 308: 29, 309: 1_234_567_890, 310: 1 }

/** What the shop should hold: the users that a run has made, and their orders. */
export class Model {
  readonly users = new Map<number, ModelUser>()
  readonly orders = new Map<number, ModelOrder>()

  /** The id of one of the users, or one that nobody has. */
  userAt(index: number): number {
    return [...this.users.keys()][index] ?? 7
  }

  orderAt(index: number): number {
    return [...this.orders.keys()][index] ?? 7
  }

  isTaken(email: string, by?: number): boolean {
    return [...this.users].some(([id, user]) => id !== by && user.email.toLowerCase() === email.toLowerCase())
  }
}

export type Real = (style: Style) => ShopClient

interface Step {
  readonly name: string
  readonly expected: (model: Model) => Outcome
  readonly call: (shop: ShopClient, model: Model) => Promise<unknown>
  /** Holds what was told against the model, after changing the model. */
  readonly settle: (model: Model, value: unknown) => void
}

/** A step of a run, in a style. */
class Command implements fc.AsyncCommand<Model, Real> {
  readonly #style: Style
  readonly #step: Step

  constructor(style: Style, step: Step) {
    this.#style = style
    this.#step = step
  }

  check(): boolean {
    return true
  }

  async run(model: Model, real: Real): Promise<void> {
    const { expected, call, settle } = this.#step
    const outcome = expected(model)
    const { outcome: was, value } = await told(call(real(this.#style), model))
    expect(was).toBe(outcome)
    if (outcome === 'ok') settle(model, value)
  }

  toString(): string {
    return `${this.#style}: ${this.#step.name}`
  }
}

const orderOf = ({ userId, status, items }: ModelOrder) => ({
  ...{ userId, status },
  items: items.map(({ productId, quantity }) => ({
    ...{ productId, quantity, unitPrice: (cents[productId] ?? 0) / 100 },
  })),
  totalAmount:
    items.reduce((sum, { productId, quantity }) => sum + quantity * (cents[productId] ?? 0), 0) / 100,
})

const style = fc.constantFrom(...styleNames)
const which = fc.nat(4)
const name = fc.constantFrom('Ann', 'Бэла', '🦔', '')
const email = fc.constantFrom('a@example.com', 'A@Example.com', 'b@example.com', 'c.d@example.com', 'no')
const items = fc.array(
  fc.record({
    productId: fc.constantFrom(301, 302, 308, 309, 310, 7),
    quantity: fc.constantFrom(1, 2, 1000),
  }),
  { minLength: 1, maxLength: 3 },
)

function fieldsOf(values: { readonly name: string; readonly email: string }): Outcome | undefined {
  const wrong = [values.name === '' && 'name', values.email === 'no' && 'email'].filter(Boolean)
  return wrong.length === 0 ? undefined : `invalid_argument: ${wrong.join(', ')}`
}

const createUser = fc.record({ name, email }).map(
  (user): Step => ({
    name: `createUser ${JSON.stringify(user)}`,
    expected: (model) => fieldsOf(user) ?? (model.isTaken(user.email) ? 'already_exists email_taken' : 'ok'),
    call: (shop) => shop.createUser(user),
    settle(model, value) {
      expect(value).toMatchObject({ ...user, role: 'user', version: 1 })
      model.users.set((value as { id: number }).id, { ...user, version: 1 })
    },
  }),
)

const updateUser = fc.record({ index: which, changes: fc.record({ name, email }) }).map(
  ({ index, changes }): Step => ({
    name: `updateUser ${index} ${JSON.stringify(changes)}`,
    expected(model) {
      const id = model.userAt(index)
      const state = model.users.has(id) ? 'ok' : 'not_found user_not_found'
      return (
        fieldsOf(changes) ??
        (state === 'ok' && model.isTaken(changes.email, id) ? 'already_exists email_taken' : state)
      )
    },
    call: (shop, model) => shop.updateUser(model.userAt(index), changes),
    settle(model, value) {
      const id = model.userAt(index)
      const before = model.users.get(id)
      const isSame = before?.name === changes.name && before.email === changes.email
      const after = { ...changes, version: (before?.version ?? 0) + (isSame ? 0 : 1) }
      model.users.set(id, after)
      expect(value).toMatchObject({ id, ...after })
    },
  }),
)

const deleteUser = which.map(
  (index): Step => ({
    name: `deleteUser ${index}`,
    expected(model) {
      const id = model.userAt(index)
      if (!model.users.has(id)) return 'not_found user_not_found'
      const hasOrders = [...model.orders.values()].some(({ userId }) => userId === id)
      return hasOrders ? 'failed_precondition user_has_orders' : 'ok'
    },
    call: (shop, model) => shop.deleteUser(model.userAt(index)),
    settle: (model) => void model.users.delete(model.userAt(index)),
  }),
)

const placeOrder = fc.record({ index: which, items }).map(
  ({ index, items: wanted }): Step => ({
    name: `placeOrder ${index} ${JSON.stringify(wanted)}`,
    expected(model) {
      if (!model.users.has(model.userAt(index))) return 'not_found user_not_found'
      return wanted.every(({ productId }) => productId in cents) ? 'ok' : 'not_found product_not_found'
    },
    call: (shop, model) => shop.placeOrder({ userId: model.userAt(index), items: wanted }),
    settle(model, value) {
      const order = { userId: model.userAt(index), status: 'placed', items: wanted } as const
      expect(value).toMatchObject(orderOf(order))
      model.orders.set((value as { id: number }).id, order)
    },
  }),
)

const cancelOrder = which.map(
  (index): Step => ({
    name: `cancelOrder ${index}`,
    expected: (model) => (model.orders.has(model.orderAt(index)) ? 'ok' : 'not_found order_not_found'),
    call: (shop, model) => shop.cancelOrder(model.orderAt(index)),
    settle(model, value) {
      const id = model.orderAt(index)
      const order = { ...(model.orders.get(id) as ModelOrder), status: 'cancelled' } as const
      model.orders.set(id, order)
      expect(value).toMatchObject({ id, ...orderOf(order) })
    },
  }),
)

const readUser = which.map(
  (index): Step => ({
    name: `getUser and listOrders ${index}`,
    expected: (model) => (model.users.has(model.userAt(index)) ? 'ok' : 'not_found user_not_found'),
    async call(shop, model) {
      const userId = model.userAt(index)
      return { user: await shop.getUser(userId), orders: await shop.listOrders({ userId, limit: 100 }) }
    },
    settle(model, value) {
      const id = model.userAt(index)
      const own = [...model.orders].filter(([, { userId }]) => userId === id)
      expect(value).toMatchObject({
        user: { id, ...model.users.get(id) },
        orders: own.map(([orderId, order]) => ({ id: orderId, ...orderOf(order) })),
      })
    },
  }),
)

/** Steps of a run, each in a style of its own. */
export const commands = fc.commands(
  [createUser, updateUser, deleteUser, placeOrder, cancelOrder, readUser].map((step) =>
    fc.tuple(style, step).map(([one, what]) => new Command(one, what)),
  ),
  { maxCommands: 30, size: '+1' },
)
