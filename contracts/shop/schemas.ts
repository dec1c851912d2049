import * as z from 'zod'

/** The values of requests as one side of the wire checks them: a server by the rules of the shop, a client by their type. */
export interface Scalars {
  readonly id: z.ZodType<number>
  readonly name: z.ZodType<string>
  readonly email: z.ZodType<string>
  readonly quantity: z.ZodType<number>
  readonly itemsMax: number
}

const role = z.enum(['user', 'admin'])
const status = z.enum(['placed', 'cancelled'])

/** Members of an entity that a client cannot set: they are let pass, so that what GET gave can be sent back. */
function ignoring<const Name extends string>(...names: readonly Name[]) {
  const ignored = z.unknown().optional().meta({ description: 'ignored', readOnly: true })
  return Object.fromEntries(names.map((name) => [name, ignored])) as Record<Name, typeof ignored>
}

/** Makes the schemas of what shop-rest takes, by the names that its OpenAPI document has for them. */
export function defineRequests({ id, name, email, quantity, itemsMax }: Scalars) {
  const ofUser = ignoring('id', 'createdAt', 'version', 'links')
  const NewItem = z.strictObject({ productId: id, quantity, ...ignoring('id', 'unitPrice') })
  return {
    /** No role means `user`. */
    NewUser: z.strictObject({ name, email, role: role.optional(), ...ofUser }),
    /** A JSON Merge Patch (RFC 7396): null takes the role away, which leaves `user`. */
    UserPatch: z.strictObject({
      name: name.optional(),
      email: email.optional(),
      role: role.nullable().optional(),
      ...ofUser,
    }),
    NewOrder: z.strictObject({
      userId: id,
      items: z
        .array(NewItem)
        .min(1, `must have 1 to ${itemsMax} entries`)
        .max(itemsMax, `must have 1 to ${itemsMax} entries`),
      ...ignoring('id', 'createdAt', 'version', 'links', 'totalAmount', 'status'),
    }),
    OrderPatch: z.strictObject({
      status: status.optional(),
      ...ignoring('id', 'createdAt', 'version', 'links', 'totalAmount'),
    }),
    Credentials: z.object({
      username: z.string().meta({ examples: ['admin'] }),
      password: z.string().meta({ examples: ['password'] }),
    }),
    UserV1Input: z.object({ name, email }),
    UserV1Patch: z.strictObject({ name: name.optional(), email: email.optional() }),
  }
}

const id = z
  .int()
  .min(1)
  .meta({ examples: [123] })
const time = z.iso.datetime({ precision: 3 }).meta({ examples: ['2024-01-03T00:00:00.000Z'] })
const money = z.number().meta({ description: 'euros, exact to the cent', examples: [25.5] })
const name = z.string().meta({ examples: ['John Doe'] })
const email = z.string().meta({ examples: ['john@example.com'] })

const Link = z.object({
  rel: z.string().meta({ examples: ['self'] }),
  href: z.string().meta({ examples: ['/api/v2/users/123'] }),
})
const links = z.array(Link)
const User = z.object({ id, name, email, role, createdAt: time, version: z.int().min(1), links })
const Product = z.object({ id, name: z.string().meta({ examples: ['Mouse'] }), price: money, links })
const OrderItem = z.object({ id, productId: id, quantity: z.int().min(1), unitPrice: money })
const Order = z.object({
  id,
  userId: id,
  createdAt: time,
  status,
  items: z.array(OrderItem),
  totalAmount: money,
  links,
})
const UserV1 = z.object({ id, name, email })

/** A page has `total` and `page`; a part after a cursor has `next`, null at the end. */
function listOf<Entity extends z.ZodType>(entity: Entity) {
  return z.object({
    items: z.array(entity),
    limit: z.int(),
    total: z.int().optional(),
    page: z.int().optional(),
    next: z.string().nullable().optional(),
    links,
  })
}

/** What shop-rest answers. */
export const answers = {
  Link,
  User,
  Product,
  OrderItem,
  Order,
  Users: listOf(User),
  Products: listOf(Product),
  Orders: listOf(Order),
  Problem: z.object({
    type: z.string().meta({ examples: ['/problems/not_found'] }),
    title: z.string().meta({ examples: ['Not Found'] }),
    status: z.int().meta({ examples: [404] }),
    detail: z.string().meta({ examples: ['there is no such user'] }),
    instance: z.string().meta({ examples: ['/api/v2/users/7'] }),
    code: z.string().meta({ examples: ['not_found'] }),
    reason: z
      .string()
      .optional()
      .meta({ examples: ['user_not_found'] }),
    errors: z.array(z.object({ field: z.string(), description: z.string() })).optional(),
  }),
  UserV1,
  UsersV1: z.object({ users: z.array(UserV1) }),
  MessageV1: z.object({ message: z.string().meta({ examples: ['Пользователь не найден'] }) }),
  Token: z.object({ token: z.string() }),
} as const
