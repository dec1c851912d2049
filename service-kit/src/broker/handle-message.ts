import { isUtf8 } from 'node:buffer'
import {
  checkMessage,
  type Flow,
  isBound,
  type QueueName,
  type SagaMessage,
} from '@polyservice-lab/contracts/order-saga'
import { AppError } from '../app-error.ts'
import type { Gate } from '../gate.ts'
import type { ServiceDeps } from '../run-service.ts'
import type { OpenSagaDatabase } from './database.ts'
import { bury, type Delivery, putOff } from './failures.ts'
import { type Applied, type Apply, applyOnce } from './inbox.ts'
import { invalidType, type Outcome, type SagaMetrics } from './metrics.ts'
import type { Publisher } from './publisher.ts'
import type { SagaTables } from './tables.ts'
import type { Turns } from './turns.ts'
import { untilDone } from './until-done.ts'

export interface ReceiveOptions<Schema extends SagaTables> {
  readonly config: {
    readonly flow: Flow
    readonly retryDelaysMs: readonly number[]
    readonly prefetchMax: number
    readonly messageBytesMax: number
  }
  readonly database: OpenSagaDatabase<Schema>
  readonly publisher: Publisher
  readonly metrics: SagaMetrics
  /** Bounds the transactions that run at a time, so that requests find connections to the database as well. */
  readonly gate: Gate
  /** The messages of one order that are in hand together have their effects in the order in which they came. */
  readonly inTurn: Turns
  readonly deps: ServiceDeps
}

interface MessageQueue<Schema extends SagaTables> {
  readonly queue: QueueName
  readonly apply: Apply<Schema>
  readonly inAnyOrder?: boolean | undefined
}

interface Done {
  readonly type: string
  readonly id: string
  readonly outcome: Outcome
}

/** @returns what came of it; undefined where it was given up, and is delivered again */
export async function handleMessage<Schema extends SagaTables>(
  { queue, apply, inAnyOrder }: MessageQueue<Schema>,
  delivery: Delivery,
  options: ReceiveOptions<Schema>,
  signal: AbortSignal,
): Promise<Done | undefined> {
  const { database, gate, inTurn, deps } = options
  const read = readMessage(delivery.body, queue, options.config)
  if ('problem' in read) {
    const isSent = await bury(queue, delivery, 1, read.problem, options, signal)
    return isSent ? { type: invalidType, id: delivery.messageId ?? '', outcome: 'dead' } : undefined
  }
  const { message } = read
  const { type, id } = message
  let applied: Applied | undefined
  try {
    const attempt = async () => {
      applied = await gate(() =>
        database.transaction((transaction) => applyOnce(message, transaction, { queue, apply, inAnyOrder })),
      )
    }
    const isDone = await inTurn(`${queue} ${message.subject}`, () =>
      untilDone(attempt, isAway, deps.logger, signal),
    )
    if (!isDone || applied === undefined) return undefined
  } catch (error) {
    deps.logger.warn({ err: error, queue, type, id }, 'a message failed')
    const outcome = await putOff(queue, delivery, error, options, signal)
    return outcome && { type, id, outcome }
  }
  const { outcome, released } = applied
  database.counts.held += outcome === 'held' ? 1 : -released
  return { type, id, outcome }
}

/** Whether a failure is that of the database, and not of the handler. */
function isAway(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'unavailable' || error.code === 'insufficient_storage')
}

function readMessage(
  body: Buffer,
  queue: QueueName,
  { messageBytesMax, flow }: ReceiveOptions<SagaTables>['config'],
): { readonly message: SagaMessage } | { readonly problem: string } {
  if (body.length > messageBytesMax)
    return { problem: `${body.length} bytes are more than ${messageBytesMax}` }
  if (!isUtf8(body)) return { problem: 'no UTF-8' }
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch {
    return { problem: 'no JSON' }
  }
  try {
    const message = checkMessage(value)
    if (isBound(queue, flow, message.type)) return { message }
    return { problem: `${message.type} is not for ${queue}` }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}
