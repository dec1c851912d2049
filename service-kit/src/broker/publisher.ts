import type { ChannelModel, ConfirmChannel, Message, Options } from 'amqplib'
import type { Logger } from '../logger.ts'
import { withDeadline } from './deadline.ts'

/** A queue that lost its leader confirms nothing and says nothing: after so long the connection is opened anew. */
const confirmTimeoutMs = 30_000
const checkEveryMs = 1_000

/** What is published, persistent and mandatory. */
interface Publication {
  readonly exchange: string
  readonly routingKey: string
  readonly body: Buffer
  readonly messageId?: string | null
  readonly type?: string | null
  readonly contentType?: string | null
  readonly headers?: Readonly<Record<string, string | number>>
}

interface Waiting {
  readonly since: number
  readonly reject: (error: Error) => void
}

/** Publishes on the connection of the moment. */
export interface Publisher {
  /** Whether there is a connection. */
  readonly isOpen: boolean
  /** Takes a new connection; one at a time. */
  setUp(model: ChannelModel, lose: (reason: string) => void): Promise<void>
  /**
   * Resolves at the confirm of the broker. Messages go out in the order of the calls.
   * @throws Error where the broker refuses it, returns it because no queue takes it, or is lost
   */
  publish(publication: Publication): Promise<void>
}

export function createPublisher(logger: Logger): Publisher {
  const waiting = new Set<Waiting>()
  /** How often a message came back whose confirm is still to come, which is always after its return. */
  const returned = new Map<string, number>()
  let channel: ConfirmChannel | undefined

  function takeReturned(key: string): boolean {
    const count = returned.get(key) ?? 0
    if (count > 1) returned.set(key, count - 1)
    else returned.delete(key)
    return count > 0
  }

  return {
    get isOpen() {
      return channel !== undefined
    },

    async setUp(model, lose) {
      const opened = await withDeadline(model.createConfirmChannel(), 'opening a channel')
      let isBlocked = false
      model.on('blocked', (reason: string) => {
        isBlocked = true
        logger.warn({ reason }, 'the broker takes no messages for now')
      })
      model.on('unblocked', () => {
        isBlocked = false
      })
      opened.on('error', (error: Error) => lose(error.message))
      opened.on('return', ({ fields, properties }: Message) => {
        const key = keyOf(fields.exchange, fields.routingKey, properties.messageId)
        returned.set(key, (returned.get(key) ?? 0) + 1)
      })
      let unblockedAt = performance.now()
      const check = setInterval(() => {
        const now = performance.now()
        if (isBlocked) unblockedAt = now
        const [oldest] = waiting
        if (oldest !== undefined && now - Math.max(oldest.since, unblockedAt) > confirmTimeoutMs)
          lose('no confirm')
      }, checkEveryMs)
      opened.once('close', () => {
        clearInterval(check)
        if (channel === opened) channel = undefined
        returned.clear()
        for (const { reject } of waiting) reject(new Error('the connection was lost before the confirm'))
        lose('channel closed')
      })
      channel = opened
    },

    publish({ exchange, routingKey, body, messageId, type, contentType, headers }) {
      return new Promise((resolve, reject) => {
        if (channel === undefined) throw new Error('there is no connection to the broker')
        const entry: Waiting = { since: performance.now(), reject: end(reject) }
        function end<T extends unknown[]>(then: (...values: T) => void) {
          return (...values: T) => {
            waiting.delete(entry)
            then(...values)
          }
        }
        waiting.add(entry)
        const options: Options.Publish = { persistent: true, mandatory: true, headers: { ...headers } }
        // Properties of foreign messages may be longer than AMQP's short strings.
        if (isShort(messageId)) options.messageId = messageId
        if (isShort(type)) options.type = type
        if (isShort(contentType)) options.contentType = contentType
        const key = keyOf(exchange, routingKey, options.messageId)
        try {
          channel.publish(exchange, routingKey, body, options, (error: unknown) => {
            const cameBack = takeReturned(key)
            if (error) entry.reject(new Error('the broker refused the message'))
            else if (cameBack) entry.reject(new Error('no queue takes the message'))
            else end(resolve)()
          })
        } catch (error) {
          entry.reject(error as Error)
        }
      })
    },
  }
}

function isShort(text: string | null | undefined): text is string {
  return typeof text === 'string' && Buffer.byteLength(text) <= 255
}

function keyOf(exchange: string, routingKey: string, messageId: unknown): string {
  return JSON.stringify([exchange, routingKey, messageId ?? null])
}
