import type { SoapOperation } from '@polyservice-lab/contracts/shop/soap'
import type { Lists, Order, OrderFilter, ProductFilter, Shop, User, UserFilter } from '@polyservice-lab/shop'
import {
  limitDefault,
  paging,
  scalars,
  selections,
  sortOf,
  viewOrder,
  viewProduct,
  viewUser,
  viewUserBasic,
} from '@polyservice-lab/shop/json'
import * as z from 'zod'

/** An operation: what it takes, checked by the rules of the shop, and what it does. */
export interface Operation {
  readonly needs: 'read' | 'write'
  readonly input: z.ZodObject
  run(input: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>
}

const { id, name, email, role, quantity, itemsMax, idempotencyKey } = scalars
const view = z.enum(['basic', 'full']).optional()
const tooManyItems = `must be there 1 to ${itemsMax} times`
const item = z
  .array(z.strictObject({ productId: id, quantity }))
  .min(1, tooManyItems)
  .max(itemsMax, tooManyItems)

/** The operations of the shop, under their names in the WSDL. */
export function operationsOf({ users, products, orders }: Shop): Readonly<Record<SoapOperation, Operation>> {
  return {
    GetUser: read({ id, view }, async ({ id, view }) => ({ User: viewIn(view)(await users.get(id)) })),
    ListUsers: read(
      { ...optional({ ...selections.users, ...paging }), view },
      async ({ role, email, q, view, ...part }) => {
        const { items, total } = await list(users, { role, email, q } satisfies UserFilter, part)
        return { User: items.map(viewIn(view)), total }
      },
    ),
    CreateUser: write({ name, email, role: role.optional(), view }, async ({ view, ...user }) => ({
      User: viewIn(view)(await users.create(user)),
    })),
    UpdateUser: write({ id, ...optional({ name, email, role }), view }, async ({ id, view, ...changes }) => ({
      User: viewIn(view)(await users.update(id, changes)),
    })),
    DeleteUser: write({ id }, async ({ id }) => {
      await users.delete(id)
      return { deleted: true }
    }),
    GetProduct: read({ id }, async ({ id }) => ({ Product: viewProduct(await products.get(id)) })),
    ListProducts: read(optional({ ...selections.products, ...paging }), async ({ q, ...part }) => {
      const { items, total } = await list(products, { q } satisfies ProductFilter, part)
      return { Product: items.map(viewProduct), total }
    }),
    PlaceOrder: write(
      { userId: id, item, idempotencyKey: idempotencyKey.optional() },
      async ({ userId, item: items, idempotencyKey }) => {
        const { order } = await orders.place({ userId, items }, idempotencyKey)
        return { Order: viewWithItems(order) }
      },
    ),
    GetOrder: read({ id }, async ({ id }) => ({ Order: viewWithItems(await orders.get(id)) })),
    ListOrders: read(optional({ ...selections.orders, ...paging }), async ({ userId, status, ...part }) => {
      const { items, total } = await list(orders, { userId, status } satisfies OrderFilter, part)
      return { Order: items.map(viewWithItems), total }
    }),
    CancelOrder: write({ id }, async ({ id }) => ({
      Order: viewWithItems(await orders.update(id, { status: 'cancelled' })),
    })),
  }
}

const read = operation('read')
const write = operation('write')

/** Makes operations whose code takes what its schema makes. */
function operation(needs: Operation['needs']) {
  return <Shape extends z.ZodRawShape>(
    shape: Shape,
    run: (input: z.output<z.ZodObject<Shape>>) => Promise<Readonly<Record<string, unknown>>>,
  ): Operation => ({ needs, input: z.strictObject(shape), run: run as Operation['run'] })
}

function optional<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape).partial().shape
}

interface Part {
  readonly sort?: string | undefined
  readonly page?: number | undefined
  readonly limit?: number | undefined
}

function list<Entity, Filter, Key extends string>(
  lists: Lists<Entity, Filter, Key>,
  filter: Filter,
  { sort, page = 1, limit = limitDefault }: Part,
) {
  return lists.page({ filter, sort: sortOf<Key>(sort) }, { page, limit })
}

const viewIn = (view: 'basic' | 'full' | undefined) => (user: User) =>
  view === 'full' ? viewUser(user) : viewUserBasic(user)

/** The items of an order have the name of one. */
function viewWithItems(order: Order) {
  const { items: item, ...others } = viewOrder(order)
  return { ...others, item }
}
