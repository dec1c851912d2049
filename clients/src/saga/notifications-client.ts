import { answers, type Notification } from '@polyservice-lab/contracts/order-saga/answers'
import { services } from '@polyservice-lab/contracts/services'
import { type CallOptions, type ClientOptions, hostPort, streamSignal } from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { lostPeer, Retrier } from '../core/retries.ts'
import { tellExchange } from '../core/wire.ts'
import { readEventStream } from '../shop/event-stream.ts'
import { createSagaApi, type SagaPage, type SagaPageOptions } from './saga-api.ts'

const pageMax = 1_000
const keepaliveMsDefault = 45_000

export interface FollowNotificationsOptions extends CallOptions {
  /** The id of the last notification that is known. Default: that of the newest one of the customer. */
  readonly after?: number | undefined
}

/** The notifications of the order saga. Calls reject with a LabError whose `reason` is the code of the problem. */
export interface NotificationsClient {
  listNotifications(customerId: string, options?: SagaPageOptions): Promise<SagaPage<Notification>>
  /**
   * Each notification of a customer once and in order (SSE), until the loop over them ends, the signal does, or a LabError
   * is thrown. With `retries`, a lost connection is made again and they go on after the last one.
   */
  notifications(customerId: string, options?: FollowNotificationsOptions): AsyncGenerator<Notification, void>
}

/** Default: 127.0.0.1:8014. */
export function createNotificationsClient(options: ClientOptions = {}): NotificationsClient {
  const { host = '127.0.0.1', port = services.notifications.port } = options
  const { keepaliveMs = keepaliveMsDefault, timeoutMs } = options
  const api = createSagaApi({ ...options, port })
  const { notification } = answers

  async function newest(customerId: string, call: CallOptions): Promise<number> {
    let id = 0
    for (let after: string | undefined; ; ) {
      const page = await api.list(
        notification,
        'notifications',
        { customerId },
        { ...call, after, limit: pageMax },
      )
      id = page.items.at(-1)?.id ?? id
      if (page.next === null) return id
      after = page.next
    }
  }

  return {
    listNotifications: (customerId, page) => api.list(notification, 'notifications', { customerId }, page),

    async *notifications(customerId, { after: start, ...follow } = {}) {
      const ended = new AbortController()
      const signal = AbortSignal.any([streamSignal(options, follow), ended.signal])
      const tell = tellExchange(options.onWire, 'http')
      const retrier = new Retrier({ retries: options.retries, signal, tell })
      const path = `/notifications/stream?customerId=${encodeURIComponent(customerId)}`
      const address = hostPort(host, port)
      let after = start
      try {
        for (;;) {
          try {
            after ??= await newest(customerId, { signal })
            const source = { address, path, after, token: undefined, keepaliveMs, timeoutMs, signal, tell }
            for await (const text of readEventStream(source)) {
              const next = checked(text)
              retrier.progress()
              after = next.id
              yield next
            }
          } catch (error) {
            if (!(await retrier.again(lostPeer(error)))) throw error
          }
        }
      } finally {
        ended.abort()
      }
    },
  }

  function checked(text: string): Notification {
    const { success, data, error } = notification.safeParse(JSON.parse(text))
    if (success) return data
    throw new LabError('protocol_error', `the event is not of the contract: ${error.message}`, { body: text })
  }
}
