import * as z from 'zod'
import { amountMax, cardNumbers, creditReasons, patterns, paymentReasons, reasons } from './facts.ts'

const uuid = z.string().regex(patterns.uuid, 'must be a UUID in lower case')
const customerId = z.string().regex(patterns.customerId, 'must match ^[a-z0-9][a-z0-9-]{0,62}$')
const currency = z.string().regex(patterns.currency, 'must match ^[A-Z]{3}$')

function amountFrom(min: number) {
  const range = `must be an integer from ${min} to ${amountMax}`
  return z.int(range).min(min, range).max(amountMax, range)
}

/** The length of a text in code points, as JSON Schema counts it. */
function lengthFrom(min: number, max: number) {
  return z
    .string()
    .regex(patterns.text, 'must have no control characters')
    .refine((value) => {
      const { length } = value
      if (length < min || length > 2 * max) return false
      return length <= max || [...value].length <= max
    }, `must have ${min} to ${max} characters`)
}

export const money = z.object({ amount: amountFrom(1), currency })
export const moneyOrZero = z.object({ amount: amountFrom(0), currency })
/** An amount in minor units of a currency. */
export type Money = Readonly<z.infer<typeof money>>

/** A number that does not exist is told without the number. */
const cardNumber = z.enum(cardNumbers, 'must be the number of a test card')
export const item = z.object({
  productId: lengthFrom(1, 64),
  quantity: z
    .int('must be an integer from 1 to 1000')
    .min(1, 'must be an integer from 1 to 1000')
    .max(1000, 'must be an integer from 1 to 1000'),
})
const items = z.array(item).min(1, 'must have 1 to 50 entries').max(50, 'must have 1 to 50 entries')
export type Item = Readonly<z.infer<typeof item>>

/** Bodies of HTTP requests. */
export const requests = {
  order: z.object({
    customerId,
    total: money,
    items: items.optional(),
    cardNumber,
    note: lengthFrom(0, 200).optional(),
  }),
  customer: z.object({ name: lengthFrom(1, 100), creditLimit: moneyOrZero }),
  payment: z.object({ orderId: uuid, customerId, amount: money, cardNumber }),
} as const

const ofCustomer = { customerId, amount: money }
const ended = { version: z.literal(2), customerId, total: money }

/** What each type of message carries. */
const data = {
  'order.placed': z.object({
    version: z.literal(1),
    customerId,
    total: money,
    items: items.optional(),
    cardNumber,
  }),
  'order.approved': z.object(ended),
  'order.rejected': z.object({ ...ended, reason: z.enum(reasons) }),
  'credit.reserve': z.object(ofCustomer),
  'credit.release': z.object(ofCustomer),
  'credit.reserved': z.object(ofCustomer),
  'credit.released': z.object({ customerId, amount: moneyOrZero }),
  'credit.refused': z.object({ customerId, reason: z.enum(creditReasons) }),
  'payment.take': z.object({ ...ofCustomer, cardNumber }),
  'payment.refund': z.object(ofCustomer),
  'payment.taken': z.object({ paymentId: uuid, amount: money }),
  'payment.failed': z.object({ reason: z.enum(paymentReasons) }),
  'payment.refunded': z.object({ amount: moneyOrZero }),
  'order.approve': z.object({}),
  'order.reject': z.object({ reason: z.enum(reasons) }),
  'card.charged': z.object({ amount: money }),
  'card.declined': z.object({ reason: z.enum(paymentReasons) }),
  'card.refunded': z.object({ amount: money }),
} as const

export type MessageType = keyof typeof data
export type MessageData<Type extends MessageType> = Readonly<z.infer<(typeof data)[Type]>>

/** Who sends a message of each type. */
export const messageSources = {
  'order.placed': '/orders',
  'order.approved': '/orders',
  'order.rejected': '/orders',
  'credit.reserve': '/orchestrator',
  'credit.release': '/orchestrator',
  'credit.reserved': '/customers',
  'credit.released': '/customers',
  'credit.refused': '/customers',
  'payment.take': '/orchestrator',
  'payment.refund': '/orchestrator',
  'payment.taken': '/payments',
  'payment.failed': '/payments',
  'payment.refunded': '/payments',
  'order.approve': '/orchestrator',
  'order.reject': '/orchestrator',
  'card.charged': '/cards',
  'card.declined': '/cards',
  'card.refunded': '/cards',
} as const satisfies Record<MessageType, string>

export const messageTypes = Object.keys(data) as MessageType[]

/** A CloudEvent (1.0, structured JSON mode) of one order; `subject` is the id of the order. */
export interface MessageOf<Type extends MessageType> {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: (typeof messageSources)[Type]
  readonly type: Type
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly traceparent: string
  readonly data: MessageData<Type>
}

export type SagaMessage = { [Type in MessageType]: MessageOf<Type> }[MessageType]

function schemaOf(type: MessageType) {
  return z.object({
    specversion: z.literal('1.0'),
    id: uuid,
    source: z.literal(messageSources[type]),
    type: z.literal(type),
    subject: uuid,
    time: z.iso.datetime({ precision: 3 }),
    datacontenttype: z.literal('application/json'),
    traceparent: z.string().regex(patterns.traceparent),
    data: data[type],
  })
}

const schemas = new Map<unknown, z.ZodType>(messageTypes.map((type) => [type, schemaOf(type)]))

/**
 * A message as its schema says; unknown members are left out.
 * @throws Error with one line that says what is wrong, and quotes no value
 */
export function checkMessage(value: unknown): SagaMessage {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no JSON object')
  const schema = schemas.get((value as { readonly type?: unknown }).type)
  if (schema === undefined) throw new Error('the type is not known')
  const { success, data: message, error } = schema.safeParse(value)
  if (success) return message as SagaMessage
  const [issue] = error.issues
  throw new Error(`${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'is wrong'}`)
}
