import * as z from 'zod'
import { patterns, paymentReasons, reasons } from './facts.ts'
import { money } from './messages.ts'

const uuid = z.string().regex(patterns.uuid)
const time = z.iso.datetime({ precision: 3 })
const customerId = z.string().regex(patterns.customerId)
const reason = z.enum(reasons).nullable()

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

/** Bodies of HTTP answers of payments and of the orchestrator. */
export const answers = { payment, saga, deadLetter } as const

/** The payment of an order. */
export type Payment = Readonly<z.infer<typeof payment>>
/** The way of one order, step by step. */
export type Saga = Readonly<z.infer<typeof saga>>
export type SagaStep = Readonly<z.infer<typeof step>>
/** A message that nobody could handle. */
export type DeadLetter = Readonly<z.infer<typeof deadLetter>>
