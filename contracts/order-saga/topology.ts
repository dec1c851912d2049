import { type Flow, flows, type SagaService } from './facts.ts'
import type { MessageType } from './messages.ts'

/** The exchanges of the wing. */
export const exchanges = { messages: 'saga', dead: 'saga.dead' } as const

/** The exchange of messages that wait so many milliseconds for their next try, and the queue of its name. */
export function delayName(delayMs: number): string {
  return `saga.delay.${delayMs}`
}

/** A queue of messages, and what is bound to it in each flow. */
interface QueueDescription {
  readonly consumer: SagaService
  /** Routing keys; `#` is every message. */
  readonly keys: Readonly<Record<Flow, readonly (MessageType | '#')[]>>
}

const events = ['order.placed', 'order.approved', 'order.rejected'] as const
const answers = [
  'credit.reserved',
  'credit.refused',
  'credit.released',
  'payment.taken',
  'payment.failed',
  'payment.refunded',
] as const

/** The queues that services consume, by name. */
export const queues = {
  'orders.inbox': {
    consumer: 'orders',
    keys: {
      orchestration: ['order.approve', 'order.reject'],
      choreography: ['card.charged', 'card.declined'],
    },
  },
  'orders.history': { consumer: 'orders', keys: { orchestration: ['#'], choreography: ['#'] } },
  'customers.inbox': {
    consumer: 'customers',
    keys: { orchestration: ['credit.reserve', 'credit.release'], choreography: [] },
  },
  'payments.inbox': {
    consumer: 'payments',
    keys: { orchestration: ['payment.take', 'payment.refund'], choreography: [] },
  },
  'cards.inbox': {
    consumer: 'cards',
    keys: { orchestration: [], choreography: ['order.placed', 'order.rejected'] },
  },
  'notifications.inbox': {
    consumer: 'notifications',
    keys: { orchestration: events, choreography: events },
  },
  'orchestrator.inbox': {
    consumer: 'orchestrator',
    keys: { orchestration: [...events, ...answers], choreography: [] },
  },
} as const satisfies Record<string, QueueDescription>

export type QueueName = keyof typeof queues
export const queueNames = Object.keys(queues) as QueueName[]

/** What is bound to a queue in a flow. */
export function keysOf(queue: QueueName, flow: Flow): readonly (MessageType | '#')[] {
  return queues[queue].keys[flow]
}

/** What is bound to a queue in the other flow, and not in this one. */
export function otherKeysOf(queue: QueueName, flow: Flow): readonly (MessageType | '#')[] {
  const own = keysOf(queue, flow)
  return flows.flatMap((other) => keysOf(queue, other)).filter((key) => !own.includes(key))
}

/** Whether a type may come out of a queue in a flow. */
export function isBound(queue: QueueName, flow: Flow, type: MessageType): boolean {
  const keys = keysOf(queue, flow)
  return keys.includes('#') || keys.includes(type)
}

const quorum = { 'x-queue-type': 'quorum' }
/** Without reject-publish, at-least-once dead lettering is at-most-once (RabbitMQ, quorum queues). */
const keepsDeadLetters = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' }

/** The arguments with which queues are declared. */
export const queueArguments = {
  inbox: { ...quorum, ...keepsDeadLetters, 'x-dead-letter-exchange': exchanges.dead, 'x-delivery-limit': 20 },
  dead: { ...quorum, 'x-delivery-limit': 1_000_000 },
  /** A message whose time is over goes to the queue that its routing key names. */
  delay: (delayMs: number) => ({
    ...quorum,
    ...keepsDeadLetters,
    'x-dead-letter-exchange': '',
    'x-message-ttl': delayMs,
  }),
} as const
