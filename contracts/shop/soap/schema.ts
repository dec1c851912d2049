/**
 * The types of shop.wsdl, as programs use them: `token` is an xs:string whose white space at the ends does not count,
 * `decimal` an amount of euros with two places, a list of texts an enumeration.
 */
export type FieldType =
  | 'long'
  | 'int'
  | 'decimal'
  | 'boolean'
  | 'dateTime'
  | 'string'
  | 'token'
  | readonly string[]
  | Fields

export interface Field {
  readonly type: FieldType
  readonly min: 0 | 1
  readonly max: number
  /** Whether an empty element is a value, though it need not be there. Default: it counts as missing. */
  readonly emptyIsValue?: true
}

/** A sequence of elements. */
export interface Fields {
  readonly [name: string]: Field
}

const one = (type: FieldType): Field => ({ type, min: 1, max: 1 })
const optional = (type: FieldType): Field => ({ type, min: 0, max: 1 })
const given = (type: FieldType): Field => ({ type, min: 0, max: 1, emptyIsValue: true })
const many = (type: FieldType, min: 0 | 1, max = Number.POSITIVE_INFINITY): Field => ({ type, min, max })

const role = optional(['user', 'admin'])
const view = optional(['basic', 'full'])
const status = ['placed', 'cancelled']
const id = one('long')

const User = {
  id,
  name: one('string'),
  email: one('token'),
  role,
  createdAt: optional('dateTime'),
  version: optional('int'),
}
const Product = { id, name: one('string'), price: one('decimal') }
const NewItem = { productId: id, quantity: one('int') }
const OrderItem = { id, ...NewItem, unitPrice: one('decimal') }
const Order = {
  id,
  userId: id,
  createdAt: one('dateTime'),
  status: one(status),
  item: many(OrderItem, 1),
  totalAmount: one('decimal'),
}
const paging = { sort: optional('string'), page: optional('int'), limit: optional('int') }
const q = optional('string')
const total = one('int')

/** The elements of each operation: those of its request, and those of its answer. */
export const soapOperations = {
  GetUser: { input: { id, view }, output: { User: one(User) } },
  ListUsers: {
    input: { role, email: given('token'), q, ...paging, view },
    output: { User: many(User, 0), total },
  },
  CreateUser: {
    input: { name: one('string'), email: one('token'), role, view },
    output: { User: one(User) },
  },
  UpdateUser: {
    input: { id, name: given('string'), email: given('token'), role, view },
    output: { User: one(User) },
  },
  DeleteUser: { input: { id }, output: { deleted: one('boolean') } },
  GetProduct: { input: { id }, output: { Product: one(Product) } },
  ListProducts: { input: { q, ...paging }, output: { Product: many(Product, 0), total } },
  PlaceOrder: {
    input: { userId: id, item: many(NewItem, 1, 50), idempotencyKey: optional('string') },
    output: { Order: one(Order) },
  },
  GetOrder: { input: { id }, output: { Order: one(Order) } },
  ListOrders: {
    input: { userId: optional('long'), status: optional(status), ...paging },
    output: { Order: many(Order, 0), total },
  },
  CancelOrder: { input: { id }, output: { Order: one(Order) } },
} as const satisfies Readonly<Record<string, { readonly input: Fields; readonly output: Fields }>>

export type SoapOperation = keyof typeof soapOperations

/** The element in the detail of a Fault. */
export const shopFault = {
  code: one('string'),
  reason: optional('string'),
  message: one('string'),
  violation: many({ field: one('string'), description: one('string') }, 0),
} as const satisfies Fields
