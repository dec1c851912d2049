import * as z from 'zod'
import { creditReasons, patterns, paymentReasons, reasons } from './facts.ts'
import { item, messageTypes, money, moneyOrZero } from './messages.ts'

const uuid = z.string().regex(patterns.uuid)
const time = z.iso.datetime({ precision: 3 })
const customerId = z.string().regex(patterns.customerId)
const reason = z.enum(reasons).nullable()

const order = z.object({
  id: uuid,
  customerId,
  total: money,
  /** What was ordered, where it was given. */
  items: z.array(item).optional(),
  /** Masked. */
  card: z.string().regex(/^\*{12}\d{4}$/),
  note: z.string().nullable(),
  state: z.enum(['pending', 'approved', 'rejected']),
  reason,
  version: z.union([z.literal(1), z.literal(2)]),
  createdAt: time,
  updatedAt: time,
})

const history = z.object({
  orderId: uuid,
  /** By time, then id. */
  entries: z.array(
    z.object({
      id: uuid,
      type: z.enum(messageTypes),
      source: z.string(),
      time,
      traceparent: z.string().regex(patterns.traceparent),
      /** As the type has it, the card masked. */
      data: z.record(z.string(), z.unknown()),
    }),
  ),
})

const customer = z.object({
  id: customerId,
  name: z.string(),
  creditLimit: moneyOrZero,
  reserved: moneyOrZero,
  /** The limit less what is reserved; below 0 where the limit was lowered. */
  available: z.object({ amount: z.int(), currency: z.string() }),
  createdAt: time,
  updatedAt: time,
})

const reservation = z.object({
  orderId: uuid,
  customerId,
  amount: moneyOrZero,
  state: z.enum(['reserved', 'released', 'refused']),
  reason: z.enum(creditReasons).nullable(),
  createdAt: time,
  updatedAt: time,
})

const notification = z.object({
  /** Grows in the order of commit. */
  id: z.int().min(1),
  customerId,
  orderId: uuid,
  kind: z.enum(['order_placed', 'order_approved', 'order_rejected']),
  reason,
  text: z.string().min(1),
  createdAt: time,
})

const step = z.object({
  name: z.enum(['credit', 'payment', 'approve', 'settle', 'refund', 'release', 'reject']),
  command: z.enum([
    'credit.reserve',
    'payment.take',
    'order.approve',
    'credit.release',
    'payment.refund',
    'order.reject',
  ]),
  state: z.enum(['waiting', 'ok', 'refused', 'timeout']),
  tries: z.int().min(1),
  reason,
  startedAt: time,
  endedAt: time.nullable(),
})

const payment = z.object({
  id: uuid,
  orderId: uuid,
  customerId,
  amount: money,
  /** Masked; null where it was voided before it was taken. */
  card: z
    .string()
    .regex(/^\*{12}\d{4}$/)
    .nullable(),
  state: z.enum(['pending', 'charged', 'failed', 'refunding', 'refunded']),
  reason: z.enum(paymentReasons).nullable(),
  tries: z.int().min(0),
  createdAt: time,
  updatedAt: time,
})

const saga = z.object({
  id: uuid,
  customerId,
  total: money,
  state: z.enum(['running', 'completed', 'compensating', 'compensated']),
  reason,
  steps: z.array(step).min(1),
  createdAt: time,
  updatedAt: time,
})

const deadLetter = z.object({
  id: uuid,
  queue: z.string().nullable(),
  messageId: z.string().nullable(),
  type: z.string().nullable(),
  subject: z.string().nullable(),
  error: z.string(),
  tries: z.int().min(0),
  body: z.string(),
  state: z.enum(['dead', 'replayed']),
  deadAt: time,
  replayedAt: time.nullable(),
})

/** Bodies of HTTP answers. */
export const answers = {
  order,
  history,
  customer,
  reservation,
  notification,
  payment,
  saga,
  deadLetter,
} as const

export type Order = Readonly<z.infer<typeof order>>
/** Every message of an order. */
export type OrderHistory = Readonly<z.infer<typeof history>>
export type Customer = Readonly<z.infer<typeof customer>>
/** Credit of a customer that an order asked for. */
export type Reservation = Readonly<z.infer<typeof reservation>>
/** What a customer is told of an order. */
export type Notification = Readonly<z.infer<typeof notification>>

/** The payment of an order. */
export type Payment = Readonly<z.infer<typeof payment>>
/** The way of one order, step by step. */
export type Saga = Readonly<z.infer<typeof saga>>
export type SagaStep = Readonly<z.infer<typeof step>>
/** A message that nobody could handle. */
export type DeadLetter = Readonly<z.infer<typeof deadLetter>>
