import { rpcEntities, rpcPageOf } from '@polyservice-lab/contracts/shop'
import type { Lists, Selection, Shop, User } from '@polyservice-lab/shop'
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
import { type Method, method, optional } from './method.ts'

const { id, name, email, role, quantity, itemsMax, idempotencyKey } = scalars
const { view } = optional({ view: z.enum(['basic', 'full']).meta({ default: 'basic' }) })
const items = z
  .array(z.strictObject({ productId: id, quantity }))
  .min(1, `must have 1 to ${itemsMax} entries`)
  .max(itemsMax, `must have 1 to ${itemsMax} entries`)
const { AnyUser, Product, Order } = rpcEntities

const userView = (user: User, wanted: 'basic' | 'full' | undefined) =>
  wanted === 'full' ? viewUser(user) : viewUserBasic(user)

interface Asked {
  readonly sort: string | undefined
  readonly page: number | undefined
  readonly limit: number | undefined
}

async function readPage<Entity, Filter, Key extends string>(
  lists: Lists<Entity, Filter, Key>,
  filter: Selection<Filter, Key>['filter'],
  { sort, page = 1, limit = limitDefault }: Asked,
  viewEntity: (entity: Entity) => unknown,
) {
  const found = await lists.page({ filter, sort: sortOf<Key>(sort) }, { page, limit })
  return { items: found.items.map(viewEntity), total: found.total, page, limit }
}

/** The methods of the shop. */
export function shopMethodsOf(shop: Shop): readonly Method[] {
  return [...userMethods(shop), ...productMethods(shop), ...orderMethods(shop)]
}

function userMethods({ users }: Shop): Method[] {
  return [
    method('getUser', {
      summary: 'One user',
      params: { id, view },
      result: AnyUser,
      errors: ['not_found'],
      run: async ({ id, view }) => userView(await users.get(id), view),
    }),
    method('listUsers', {
      summary: 'Users, filtered and sorted, in pages',
      params: { ...optional({ ...selections.users, ...paging }), view },
      result: rpcPageOf(AnyUser),
      run: ({ role, email, q, view, ...asked }) =>
        readPage(users, { role, email, q }, asked, (user) => userView(user, view)),
    }),
    method('createUser', {
      summary: 'Creates a user',
      writes: true,
      params: { name, email, ...optional({ role }), view },
      result: AnyUser,
      errors: ['already_exists'],
      run: async ({ view, ...input }) => userView(await users.create(input), view),
    }),
    method('updateUser', {
      summary: 'Changes what is given of a user; what is null or missing stays',
      writes: true,
      params: { id, ...optional({ name, email, role }), view },
      result: AnyUser,
      errors: ['not_found', 'already_exists'],
      run: async ({ id, view, ...changes }) => userView(await users.update(id, changes), view),
    }),
    method('deleteUser', {
      summary: 'Deletes a user who has no orders',
      writes: true,
      params: { id },
      result: z.literal(true),
      errors: ['not_found', 'failed_precondition'],
      async run({ id }) {
        await users.delete(id)
        return true
      },
    }),
  ]
}

function productMethods({ products }: Shop): Method[] {
  return [
    method('getProduct', {
      summary: 'One product',
      params: { id },
      result: Product,
      errors: ['not_found'],
      run: async ({ id }) => viewProduct(await products.get(id)),
    }),
    method('listProducts', {
      summary: 'Products, filtered and sorted, in pages',
      params: optional({ ...selections.products, ...paging }),
      result: rpcPageOf(Product),
      run: ({ q, ...asked }) => readPage(products, { q }, asked, viewProduct),
    }),
  ]
}

function orderMethods({ orders }: Shop): Method[] {
  return [
    method('placeOrder', {
      summary: 'Places an order, once for each idempotencyKey',
      writes: true,
      params: { userId: id, items, ...optional({ idempotencyKey }) },
      result: Order,
      errors: ['not_found', 'failed_precondition'],
      run: async ({ idempotencyKey, ...request }) =>
        viewOrder((await orders.place(request, idempotencyKey)).order),
    }),
    method('getOrder', {
      summary: 'One order',
      params: { id },
      result: Order,
      errors: ['not_found'],
      run: async ({ id }) => viewOrder(await orders.get(id)),
    }),
    method('listOrders', {
      summary: 'Orders, filtered and sorted, in pages',
      params: optional({ ...selections.orders, ...paging }),
      result: rpcPageOf(Order),
      run: ({ userId, status, ...asked }) => readPage(orders, { userId, status }, asked, viewOrder),
    }),
    method('cancelOrder', {
      summary: 'Cancels an order',
      writes: true,
      params: { id },
      result: Order,
      errors: ['not_found'],
      run: async ({ id }) => viewOrder(await orders.update(id, { status: 'cancelled' })),
    }),
  ]
}
