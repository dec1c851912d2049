import type { QueueName } from '@polyservice-lab/contracts/order-saga'
import type { ChannelModel, ConsumeMessage } from 'amqplib'
import type { SagaTransaction } from './database.ts'
import { withDeadline } from './deadline.ts'
import type { Delivery } from './failures.ts'
import { handleMessage, type ReceiveOptions } from './handle-message.ts'
import type { Apply } from './inbox.ts'
import { invalidType } from './metrics.ts'
import type { SagaTables } from './tables.ts'
import { untilDone } from './until-done.ts'

const stopTimeoutMs = 2_000

/** A queue of messages with what is done with them, or any queue with what is done with whatever comes out of it. */
export type Subscription<Schema extends SagaTables> =
  | {
      readonly queue: QueueName
      readonly apply: Apply<Schema>
      /** Whether the events of an order have their effects as they come, and not by their versions. Default: no. */
      readonly inAnyOrder?: boolean
    }
  | {
      readonly queue: string
      readonly keep: (delivery: Delivery, transaction: SagaTransaction<Schema>) => Promise<void>
    }

/** The consumers of one connection. */
export interface Consumers {
  /** Takes no more messages, and resolves when those in hand are acked, or given back because the database is away. */
  stop(): Promise<void>
}

/** Consumes a queue each, on channels of their own. */
export async function startConsumers<Schema extends SagaTables>(
  model: ChannelModel,
  subscriptions: readonly Subscription<Schema>[],
  options: ReceiveOptions<Schema>,
  lose: (reason: string) => void,
): Promise<Consumers> {
  const started: Consumers[] = []
  for (const subscription of subscriptions) started.push(await consume(model, subscription, options, lose))
  return {
    async stop() {
      await Promise.all(started.map((consumer) => consumer.stop()))
    },
  }
}

async function consume<Schema extends SagaTables>(
  model: ChannelModel,
  subscription: Subscription<Schema>,
  options: ReceiveOptions<Schema>,
  lose: (reason: string) => void,
): Promise<Consumers> {
  const { queue } = subscription
  const { logger } = options.deps
  const ending = new AbortController()
  const inHand = new Set<Promise<void>>()
  let isOpen = true
  let isStopping = false
  const channel = await withDeadline(model.createChannel(), 'opening a channel')
  channel.on('error', (error: Error) => lose(error.message))
  channel.once('close', () => {
    isOpen = false
    ending.abort()
    if (!isStopping) lose('channel closed')
  })
  await withDeadline(channel.prefetch(options.config.prefetchMax), 'setting the prefetch')

  function take(message: ConsumeMessage | null): void {
    if (message === null) {
      lose(`the queue ${queue} is gone`)
      return
    }
    const work = receive(subscription, deliveryOf(message), options, ending.signal)
      .then((isDone) => {
        // On a channel that closed meanwhile it is delivered again, and known then.
        if (isDone && isOpen) channel.ack(message)
      })
      .catch((error: unknown) => logger.error({ err: error, queue }, 'a message was not handled'))
      .finally(() => inHand.delete(work))
    inHand.add(work)
  }

  const { consumerTag } = await withDeadline(channel.consume(queue, take), `consuming ${queue}`)
  return {
    async stop() {
      isStopping = true
      if (isOpen) await withDeadline(channel.cancel(consumerTag), 'cancelling', stopTimeoutMs).catch(() => {})
      ending.abort()
      await Promise.all(inHand)
      // Acks go out before the goodbye of their channel; that of the connection would overtake them.
      if (isOpen) await withDeadline(channel.close(), 'closing a channel', stopTimeoutMs).catch(() => {})
    },
  }
}

function deliveryOf({ content, properties }: ConsumeMessage): Delivery {
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return {
    body: content,
    headers: properties.headers ?? {},
    messageId: text(properties.messageId),
    type: text(properties.type),
    contentType: text(properties.contentType),
  }
}

/** @returns whether it may be acked */
async function receive<Schema extends SagaTables>(
  subscription: Subscription<Schema>,
  delivery: Delivery,
  options: ReceiveOptions<Schema>,
  signal: AbortSignal,
): Promise<boolean> {
  const { database, gate, metrics, deps } = options
  if ('keep' in subscription) {
    const keep = (transaction: SagaTransaction<Schema>) => subscription.keep(delivery, transaction)
    return untilDone(
      () => gate(() => database.transaction(keep)),
      () => true,
      deps.logger,
      signal,
    )
  }
  const startedAt = performance.now()
  const { queue } = subscription
  const done = await handleMessage(subscription, delivery, options, signal)
  if (done === undefined) return false
  const { type, id, outcome } = done
  metrics.received.inc({ type, outcome })
  const isFailed = outcome === 'retried' || outcome === 'dead'
  deps.access({
    requestId: id,
    operation: type === invalidType ? queue : type,
    outcome: isFailed ? 'failed_precondition' : 'ok',
    status: outcome,
    durationMs: performance.now() - startedAt,
  })
  return true
}
