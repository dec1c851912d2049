import type { MessageData, MessageType, SagaMessage } from '@polyservice-lab/contracts/order-saga'
import { exchanges, messageSources } from '@polyservice-lab/contracts/order-saga'
import { type ChannelModel, type ConfirmChannel, type ConsumeMessage, connect } from 'amqplib'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const total = { amount: 1000, currency: 'EUR' }
const customerId = 'ada'

/** A message of a peer. */
export function buildMessage<Type extends MessageType>(
  type: Type,
  subject: string,
  data: MessageData<Type>,
): SagaMessage {
  const message = {
    ...{ specversion: '1.0', id: crypto.randomUUID(), source: messageSources[type], type, subject },
    ...{ time: new Date().toISOString(), datacontenttype: 'application/json' },
    traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    data,
  }
  return message as unknown as SagaMessage
}

/** How the services around the orchestrator answer; what is not named is answered with success. */
export interface Behaviour {
  credit?: 'refused' | 'silent'
  payment?: 'refused' | 'silent'
  approve?: 'silent'
}

/** Plays orders, customers and payments: consumes their inboxes, and answers as told for each order. */
export class Peers implements AsyncDisposable {
  readonly received: SagaMessage[] = []
  readonly #model: ChannelModel
  readonly #channel: ConfirmChannel
  readonly #behaviours = new Map<string, Behaviour>()
  readonly #ended = new Set<string>()

  private constructor(model: ChannelModel, channel: ConfirmChannel) {
    this.#model = model
    this.#channel = channel
  }

  /** @param queues those that they consume. Default: those of all the services that they play. */
  static async connect(
    url: string,
    queues: readonly string[] = ['orders.inbox', 'customers.inbox', 'payments.inbox'],
  ): Promise<Peers> {
    const model = await connect(url)
    const peers = new Peers(model, await model.createConfirmChannel())
    for (const queue of queues)
      await peers.#channel.consume(queue, (message) => void peers.#answer(message), { noAck: true })
    return peers
  }

  async publish(message: SagaMessage): Promise<void> {
    await this.send(exchanges.messages, message.type, Buffer.from(JSON.stringify(message)))
  }

  send(exchange: string, routingKey: string, body: Buffer, headers = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#channel.publish(exchange, routingKey, body, { headers }, (error) =>
        error ? reject(error) : resolve(),
      )
    })
  }

  /** Places an order. @returns its id, which is that of the saga */
  async place(behaviour: Behaviour = {}, id: string = crypto.randomUUID()): Promise<string> {
    this.#behaviours.set(id, behaviour)
    const data = { version: 1, customerId, total, cardNumber: '4242424242424242' } as const
    await this.publish(buildMessage('order.placed', id, data))
    return id
  }

  /** The customer cancels. */
  async cancel(id: string): Promise<void> {
    if (this.#ended.has(id)) throw new Error('the order has ended')
    this.#ended.add(id)
    await this.publish(
      buildMessage('order.rejected', id, { version: 2, customerId, total, reason: 'cancelled' }),
    )
  }

  /** Commands for an order so far, in their order. */
  commandsFor(id: string): SagaMessage[] {
    return this.received.filter(({ subject }) => subject === id)
  }

  async #answer(message: ConsumeMessage | null): Promise<void> {
    if (message === null) return
    const command = JSON.parse(message.content.toString()) as SagaMessage
    this.received.push(command)
    const answer = this.#answerTo(command)
    if (answer !== undefined) await this.publish(answer)
  }

  #answerTo({ type, subject, data }: SagaMessage): SagaMessage | undefined {
    const { credit, payment, approve } = this.#behaviours.get(subject) ?? {}
    const ofCustomer = { customerId, amount: total }
    const ended = { version: 2, customerId, total } as const
    switch (type) {
      case 'credit.reserve':
        if (credit === 'silent') return undefined
        if (credit === 'refused')
          return buildMessage('credit.refused', subject, { customerId, reason: 'credit_limit' })
        return buildMessage('credit.reserved', subject, ofCustomer)
      case 'payment.take':
        if (payment === 'silent') return undefined
        if (payment === 'refused') return buildMessage('payment.failed', subject, { reason: 'card_declined' })
        return buildMessage('payment.taken', subject, { paymentId: crypto.randomUUID(), amount: total })
      case 'credit.release':
        return buildMessage('credit.released', subject, ofCustomer)
      case 'payment.refund':
        return buildMessage('payment.refunded', subject, { amount: total })
      case 'order.approve':
        if (approve === 'silent' || this.#ended.has(subject)) return undefined
        this.#ended.add(subject)
        return buildMessage('order.approved', subject, ended)
      case 'order.reject': {
        if (this.#ended.has(subject)) return undefined
        this.#ended.add(subject)
        return buildMessage('order.rejected', subject, { ...ended, reason: data.reason })
      }
      default:
        return undefined
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#model.close()
  }
}
