import { assertList, type Cents, idOfText, invalid, type ShopEvent } from '@polyservice-lab/shop'
import type DataLoader from 'dataloader'
import { GraphQLError, GraphQLScalarType } from 'graphql'
import type { MutationResolvers, QueryResolvers, Resolvers, SubscriptionResolvers } from './gen/resolvers.ts'
import { readList } from './lists.ts'

/** Lists that no limit is given for. */
const limits = { products: 100, orders: 20, ordersOfUser: 100, usersConnection: 20 } as const
/** The list that cursors of `usersConnection` belong to. */
const connection = 'usersConnection'
/** No entity has it: a text that is no id names what is not there. */
const nobody = 0

const euros = (cents: Cents) => cents / 100
const idOf = (text: string) => idOfText(text) ?? nobody

const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (time) => (time as Date).toISOString(),
})

const SafeInt = new GraphQLScalarType<number, number>({
  name: 'SafeInt',
  parseValue(value) {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    throw new GraphQLError('SafeInt is an integer from 0 to 2^53-1')
  },
})

function find<Entity>(
  loader: DataLoader<number, Entity | null>,
  text: string,
): Promise<Entity | null> | null {
  const id = idOfText(text)
  return id === undefined ? null : loader.load(id)
}

const Query: QueryResolvers = {
  user: (_root, { id }, { loaders }) => find(loaders.user, id),
  product: (_root, { id }, { loaders }) => find(loaders.product, id),
  order: (_root, { id }, { loaders }) => find(loaders.order, id),
  users(_root, args, { shop, listMax }) {
    const { sort, page } = readList(args, listMax)
    const { role, email, q } = args
    const filter = { role: role ?? undefined, email: email ?? undefined, q: q ?? undefined }
    return shop.users.list({ filter, sort }, page)
  },
  products(_root, args, { shop }) {
    const { sort, page } = readList(args, limits.products)
    return shop.products.list({ filter: { q: args.q ?? undefined }, sort }, page)
  },
  orders(_root, args, { shop }) {
    const { sort, page } = readList(args, limits.orders)
    const { userId, status } = args
    const filter = { userId: userId === null || userId === undefined ? undefined : idOf(userId) }
    return shop.orders.list({ filter: { ...filter, status: status ?? undefined }, sort }, page)
  },
  async usersConnection(_root, { first, after }, { shop }) {
    assertList({ limit: first ?? undefined }, 'first')
    const isFirst = after === null || after === undefined
    const position = isFirst ? undefined : shop.cursors.read(connection, [], after)
    if (!isFirst && position === undefined)
      throw invalid([{ field: 'after', description: 'must be a cursor of this connection' }])
    const limit = first ?? limits.usersConnection
    const slice = await shop.users.slice({ filter: {}, sort: [] }, { after: position, limit })
    return { ...slice, isFirst }
  },
}

const Mutation: MutationResolvers = {
  async createUser(_root, { name, email, role }, { shop, authorizeWrite }) {
    await authorizeWrite()
    return { user: await shop.users.create({ name, email, role: role ?? 'user' }) }
  },
  async updateUser(_root, { id, name, email, role }, { shop, authorizeWrite }) {
    await authorizeWrite()
    // No name and no email is empty: null breaks the same rule.
    const changes = {
      name: name === null ? '' : name,
      email: email === null ? '' : email,
      role: role === null ? 'user' : role,
    } as const
    return { user: await shop.users.update(idOf(id), changes) }
  },
  async deleteUser(_root, { id }, { shop, authorizeWrite }) {
    await authorizeWrite()
    await shop.users.delete(idOf(id))
    return { id }
  },
  async placeOrder(_root, { userId, items, idempotencyKey }, { shop, authorizeWrite }) {
    await authorizeWrite()
    const named = items.map(({ productId, quantity }) => ({ productId: idOfText(productId), quantity }))
    const input = { userId: idOfText(userId), items: named }
    const { order } = await shop.orders.place(input, idempotencyKey ?? undefined)
    return { order }
  },
  async cancelOrder(_root, { id }, { shop, authorizeWrite }) {
    await authorizeWrite()
    return { order: await shop.orders.update(idOf(id), { status: 'cancelled' }) }
  },
}

const Subscription: SubscriptionResolvers = {
  feed: {
    subscribe: (_root, { after }, { follow }) => follow(after ?? undefined),
    resolve: (event: ShopEvent) => event,
  },
}

/** The fields that are not members of an entity of the shop as they stand. */
export const resolvers: Resolvers = {
  ...{ DateTime, SafeInt, Query, Mutation, Subscription },
  User: {
    orders(user, args, { loaders }) {
      const { page } = readList(args, limits.ordersOfUser)
      return loaders.ordersOfUser.load({ userId: user.id, ...page })
    },
  },
  Product: { price: ({ price }) => euros(price) },
  OrderItem: {
    async product({ productId }, _args, { loaders }) {
      const product = await loaders.product.load(productId)
      if (product === null) throw new Error(`product ${productId} of an order is not there`)
      return product
    },
    unitPrice: ({ unitPrice }) => euros(unitPrice),
  },
  Order: {
    user: ({ userId }, _args, { loaders }) => loaders.user.load(userId),
    totalAmount: ({ totalAmount }) => euros(totalAmount),
  },
  UsersConnection: {
    edges: ({ items }, _args, { shop }) =>
      items.map((node) => ({ node, cursor: shop.cursors.write(connection, [], [node.id]) })),
    pageInfo({ items, next, isFirst }, _args, { shop }) {
      const [start, end] = [items.at(0), items.at(-1)].map(
        (user) => user && shop.cursors.write(connection, [], [user.id]),
      )
      return {
        hasNextPage: next !== undefined,
        hasPreviousPage: !isFirst,
        startCursor: start ?? null,
        endCursor: end ?? null,
      }
    },
    totalCount: (_slice, _args, { shop }) => shop.users.count({}),
  },
  Event: {
    user: (event) => (event.type.startsWith('user.') ? event.data : null),
    order: (event) => (event.type.startsWith('order.') ? event.data : null),
  } as Resolvers['Event'] & object,
}
