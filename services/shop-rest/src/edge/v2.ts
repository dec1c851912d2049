import { restPath } from '@polyservice-lab/contracts/shop'
import { invalid, isIdempotencyKey, ruleTexts, type Shop } from '@polyservice-lab/shop'
import type { Request } from 'express'
import { conditionOf } from './conditions.ts'
import { readList } from './lists.ts'
import { idOf } from './requests.ts'
import { type Route, route } from './route.ts'
import { queries, requests } from './schemas.ts'
import { viewOrder, viewProduct, viewUser } from './views.ts'

const { NewUser, UserPatch, NewOrder, OrderPatch } = requests
/** Products never change. */
const publicCache = 'public, max-age=60'
const exampleUser = { name: 'Dora', email: 'dora@example.com' }

/** The operations of version 2. */
export function routesOf(shop: Shop): readonly Route[] {
  return [...userRoutes(shop), ...productRoutes(shop), ...orderRoutes(shop)]
}

function userRoutes({ users, cursors }: Shop): Route[] {
  const list = { root: 'users', path: '/users', query: queries.users, lists: users, view: viewUser } as const
  return [
    route('GET /users', {
      operationId: 'listUsers',
      summary: 'Users, filtered and sorted, in pages or after a cursor',
      query: list.query,
      documented: { answer: 'Users', failures: [400] },
      handle: async ({ query }) => ({ status: 200, ...(await readList(list, query, cursors)) }),
    }),
    route('POST /users', {
      operationId: 'createUser',
      summary: 'Creates a user',
      body: NewUser,
      documented: {
        ...{ body: 'NewUser', answer: 'User', failures: [409], example: exampleUser },
      },
      async handle({ body: { name, email, role } }) {
        const user = await users.create({ name, email, role })
        return { status: 201, view: viewUser(user), headers: { Location: `${restPath}/users/${user.id}` } }
      },
    }),
    route('GET /users/:id', {
      operationId: 'getUser',
      summary: 'One user',
      documented: { answer: 'User', failures: [404] },
      handle: async ({ request }) => ({
        status: 200,
        view: viewUser(await users.get(idOf(request, 'user'))),
      }),
    }),
    route('PUT /users/:id', {
      operationId: 'replaceUser',
      summary: 'Sets name, email and role of a user',
      body: NewUser,
      documented: {
        ...{ body: 'NewUser', answer: 'User', failures: [404, 409, 412] },
        example: { name: 'Dora', email: 'dora@example.com', role: 'admin' },
      },
      async handle({ request, body: { name, email, role = 'user' } }) {
        const input = { name, email, role }
        const user = await users.update(idOf(request, 'user'), input, conditionOf(request, viewUser))
        return { status: 200, view: viewUser(user) }
      },
    }),
    route('PATCH /users/:id', {
      operationId: 'updateUser',
      summary: 'Changes some members of a user (JSON Merge Patch, RFC 7396)',
      body: UserPatch,
      documented: {
        ...{ body: 'UserPatch', answer: 'User', failures: [404, 409, 412] },
        example: { role: 'admin' },
      },
      async handle({ request, body: { name, email, role } }) {
        const changes = { name, email, role: role === null ? 'user' : role } as const
        const user = await users.update(idOf(request, 'user'), changes, conditionOf(request, viewUser))
        return { status: 200, view: viewUser(user) }
      },
    }),
    route('DELETE /users/:id', {
      operationId: 'deleteUser',
      summary: 'Deletes a user who has no orders',
      documented: { failures: [404, 409, 412] },
      async handle({ request }) {
        await users.delete(idOf(request, 'user'), conditionOf(request, viewUser))
        return { status: 204 }
      },
    }),
  ]
}

function productRoutes({ products, cursors }: Shop): Route[] {
  const list = {
    ...({ root: 'products', path: '/products', query: queries.products } as const),
    ...{ lists: products, view: viewProduct },
  }
  return [
    route('GET /products', {
      operationId: 'listProducts',
      summary: 'Products, filtered and sorted, in pages or after a cursor',
      query: list.query,
      cacheControl: publicCache,
      documented: { answer: 'Products', failures: [400] },
      handle: async ({ query }) => ({ status: 200, ...(await readList(list, query, cursors)) }),
    }),
    route('GET /products/:id', {
      operationId: 'getProduct',
      summary: 'One product',
      cacheControl: publicCache,
      documented: { answer: 'Product', failures: [404] },
      handle: async ({ request }) => ({
        status: 200,
        view: viewProduct(await products.get(idOf(request, 'product'))),
      }),
    }),
  ]
}

function orderRoutes({ orders, users, cursors }: Shop): Route[] {
  const list = {
    ...({ root: 'orders', path: '/orders', query: queries.orders } as const),
    ...{ lists: orders, view: viewOrder },
  }
  return [
    route('GET /orders', {
      operationId: 'listOrders',
      summary: 'Orders, filtered and sorted, in pages or after a cursor',
      query: list.query,
      documented: { answer: 'Orders', failures: [400] },
      handle: async ({ query }) => ({ status: 200, ...(await readList(list, query, cursors)) }),
    }),
    route('GET /users/:id/orders', {
      operationId: 'listOrdersOfUser',
      summary: 'Orders of one user',
      query: queries.ordersOfUser,
      documented: { answer: 'Orders', failures: [400, 404] },
      async handle({ request, query }) {
        const { id: userId } = await users.get(idOf(request, 'user'))
        const own = { ...list, path: `/users/${userId}/orders`, filter: { userId } }
        return { status: 200, ...(await readList(own, query, cursors)) }
      },
    }),
    route('POST /orders', {
      operationId: 'placeOrder',
      summary: 'Places an order, once for each Idempotency-Key',
      body: NewOrder,
      documented: {
        ...{ body: 'NewOrder', answer: 'Order', failures: [404, 409] },
        example: { userId: 1, items: [{ productId: 302, quantity: 2 }] },
      },
      async handle({ request, body: { userId, items } }) {
        const placed = await orders.place({ userId, items }, idempotencyKeyOf(request))
        const headers = {
          Location: `${restPath}/orders/${placed.order.id}`,
          ...(placed.isReplay ? { 'Idempotency-Replayed': 'true' } : {}),
        }
        return { status: 201, view: viewOrder(placed.order), headers }
      },
    }),
    route('GET /orders/:id', {
      operationId: 'getOrder',
      summary: 'One order',
      documented: { answer: 'Order', failures: [404] },
      handle: async ({ request }) => ({
        status: 200,
        view: viewOrder(await orders.get(idOf(request, 'order'))),
      }),
    }),
    route('PATCH /orders/:id', {
      operationId: 'updateOrder',
      summary: 'Cancels an order',
      body: OrderPatch,
      documented: {
        ...{ body: 'OrderPatch', answer: 'Order', failures: [404, 409, 412] },
        example: { status: 'cancelled' },
      },
      async handle({ request, body: { status } }) {
        const condition = conditionOf(request, viewOrder)
        const order = await orders.update(idOf(request, 'order'), { status }, condition)
        return { status: 200, view: viewOrder(order) }
      },
    }),
  ]
}

/** The key of a request that places an order; quotes around it do not count. */
function idempotencyKeyOf({ headers }: Request): string | undefined {
  const header = headers['idempotency-key']
  if (header === undefined) return undefined
  const key = String(header).replace(/^"(.*)"$/, '$1')
  if (!isIdempotencyKey(key))
    throw invalid([{ field: 'Idempotency-Key', description: ruleTexts.idempotencyKey }])
  return key
}
