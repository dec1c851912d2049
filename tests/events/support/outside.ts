import { randomUUID } from 'node:crypto'
import { type MessageType, messageSources, type QueueName } from '@polyservice-lab/contracts/order-saga'
import { type Channel, type ChannelModel, connect } from 'amqplib'
import { afterEach, beforeEach } from 'vitest'
import type { SagaUnderTest } from './use-saga.ts'

/** A client of the broker beside the services. */
export class Outside {
  #model: ChannelModel | undefined
  #channel: Channel | undefined

  async open(url: string): Promise<void> {
    this.#model = await connect(url)
    this.#model.on('error', () => {})
    this.#channel = await this.#model.createChannel()
    this.#channel.on('error', () => {})
  }

  async close(): Promise<void> {
    await this.#model?.close().catch(() => {})
  }

  get channel(): Channel {
    if (this.#channel === undefined) throw new Error('the broker is open inside of tests only')
    return this.#channel
  }

  /** Puts a body into a queue, as it is. */
  put(queue: QueueName | 'saga.dead', body: unknown, headers: Record<string, unknown> = {}): void {
    this.channel.sendToQueue(queue, bytesOf(body), { headers, persistent: true })
  }

  /** Gives everything that is published from now on to a callback. */
  async listen(take: (body: Buffer, type: string) => void): Promise<void> {
    const { queue } = await this.channel.assertQueue('', {
      exclusive: true,
      arguments: { 'x-queue-type': 'classic' },
    })
    await this.channel.bindQueue(queue, 'saga', '#')
    await this.channel.consume(
      queue,
      (message) => {
        if (message !== null) take(message.content, message.fields.routingKey)
      },
      { noAck: true },
    )
  }

  publish(type: string, body: Buffer): void {
    this.channel.publish('saga', type, body, { persistent: true })
  }
}

export function useOutside(underTest: SagaUnderTest): Outside {
  const outside = new Outside()
  beforeEach(() => outside.open(underTest.saga.engines.rabbitmq.hostUrl()))
  afterEach(() => outside.close())
  return outside
}

function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

/** A message of an order, with an id of its own. */
export function message(type: MessageType, subject: string, data: object) {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: messageSources[type],
    type,
    subject,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    data,
  }
}
