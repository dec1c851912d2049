import { delayName, exchanges, maskCards, type QueueName } from '@polyservice-lab/contracts/order-saga'
import type { ServiceDeps } from '../run-service.ts'
import type { Publisher } from './publisher.ts'
import { untilDone } from './until-done.ts'

const errorLengthMax = 200

/** What came out of a queue, as it was. */
export interface Delivery {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, unknown>>
  readonly messageId: string | null
  readonly type: string | null
  readonly contentType: string | null
}

interface FailureOptions {
  readonly config: { readonly retryDelaysMs: readonly number[] }
  readonly publisher: Publisher
  readonly deps: ServiceDeps
}

/** Sends a message that failed to wait for its next try, or to the dead letters after its last one. */
export async function putOff(
  queue: QueueName,
  delivery: Delivery,
  error: unknown,
  options: FailureOptions,
  signal: AbortSignal,
): Promise<'retried' | 'dead' | undefined> {
  const before = delivery.headers['x-tries']
  const tries = (Number.isSafeInteger(before) ? Math.max(0, Number(before)) : 0) + 1
  const delayMs = options.config.retryDelaysMs[tries - 1]
  if (delayMs === undefined) {
    const problem = error instanceof Error ? error.message : 'failed'
    return (await bury(queue, delivery, tries, problem, options, signal)) ? 'dead' : undefined
  }
  const exchange = delayName(delayMs)
  const publication = { ...delivery, exchange, routingKey: queue, headers: { 'x-tries': tries } }
  const isSent = await untilDone(
    () => options.publisher.publish(publication),
    () => true,
    options.deps.logger,
    signal,
  )
  return isSent ? 'retried' : undefined
}

/** Publishes a message unchanged to the dead letters; none of the headers that it came with goes along. */
export function bury(
  queue: string,
  delivery: Delivery,
  tries: number,
  problem: string,
  options: FailureOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const line = maskCards(problem.replace(/\s+/g, ' ')).slice(0, errorLengthMax).toWellFormed()
  const headers = { 'x-queue': queue, 'x-tries': tries, 'x-error': line }
  options.deps.logger.warn({ queue, tries, error: line }, 'a message is dead')
  const publication = { ...delivery, exchange: exchanges.dead, routingKey: queue, headers }
  return untilDone(
    () => options.publisher.publish(publication),
    () => true,
    options.deps.logger,
    signal,
  )
}
