import type { ShopEvent } from '@polyservice-lab/contracts/shop'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import {
  abortError,
  type CallOptions,
  type ClientOptions,
  connectionError,
  defaultKeepaliveMs,
  hostPort,
  streamSignal,
} from '../core/call-options.ts'
import { LabError, type LabErrorCode } from '../core/lab-error.ts'
import { lostPeer, Retrier } from '../core/retries.ts'
import { type Tell, tellExchange } from '../core/wire.ts'
import { dataOf, type GraphqlResult } from './graphql-errors.ts'
import { orderFields, orderOf, userFields, userOf, type WireOrder, type WireUser } from './graphql-views.ts'

export interface GraphqlFeedOptions extends CallOptions {
  /** The number of the last event that is known. Default: that of the newest one, so that only later ones come. */
  readonly after?: number | undefined
}

interface FeedSource extends ClientOptions {
  readonly port: number
  readonly token?: string | undefined
}

interface WireEvent {
  readonly seq: number
  readonly type: ShopEvent['type']
  readonly time: string
  readonly user: WireUser | null
  readonly order: WireOrder | null
}

const document = `subscription Feed($after: SafeInt) { feed(after: $after) { seq type time user ${userFields} order ${orderFields} } }`

/** What closes of the server mean, where it is not that it has gone. */
const codeOfClose: Readonly<Record<number, LabErrorCode>> = {
  1009: 'resource_exhausted',
  1011: 'internal',
  4400: 'protocol_error',
  4403: 'unauthenticated',
  4406: 'protocol_error',
  4500: 'internal',
}

/** Follows the feed over WebSockets, one after the other where `retries` says so. */
export async function* followFeed(
  source: FeedSource,
  { after: start, ...call }: GraphqlFeedOptions = {},
): AsyncGenerator<ShopEvent, void> {
  const signal = streamSignal(source, call)
  const tell = tellExchange(source.onWire, 'websocket')
  const retrier = new Retrier({ retries: source.retries, signal, tell })
  for (let after = start; ; ) {
    try {
      for await (const event of readOnce(source, after, signal, tell)) {
        retrier.progress()
        after = event.seq
        yield event
      }
      throw new LabError('unavailable', 'the server has ended the feed')
    } catch (error) {
      if (!(await retrier.again(lostPeer(error)))) throw error
    }
  }
}

/** The events of one connection. */
async function* readOnce(
  source: FeedSource,
  after: number | undefined,
  signal: AbortSignal,
  tell: Tell | undefined,
): AsyncGenerator<ShopEvent, void> {
  if (signal.aborted) throw abortError(signal)
  const address = hostPort(source.host ?? '127.0.0.1', source.port)
  const client = open(source, address, tell)
  const payload = { query: document, variables: { after } }
  tell?.({ direction: 'sent', text: JSON.stringify({ type: 'subscribe', payload }) })
  const results = client.iterate(payload)
  const abort = () => void results.return?.()
  signal.addEventListener('abort', abort)
  try {
    for await (const result of results) {
      const { feed } = dataOf(result as GraphqlResult<{ readonly feed: WireEvent }>)
      yield eventOf(feed)
    }
    if (signal.aborted) throw abortError(signal)
  } catch (error) {
    throw failureOf(error, address)
  } finally {
    signal.removeEventListener('abort', abort)
    await client.dispose()
  }
}

function open({ token, keepaliveMs }: FeedSource, address: string, tell: Tell | undefined): Client {
  let silence: NodeJS.Timeout | undefined
  const everyMs = keepaliveMs ?? defaultKeepaliveMs
  const client = createClient({
    url: `ws://${address}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    keepAlive: everyMs,
    ...(token !== undefined && { connectionParams: { Authorization: `Bearer ${token}` } }),
    on: {
      ping(isReceived) {
        if (!isReceived) silence = setTimeout(() => client.terminate(), everyMs)
      },
      pong: () => clearTimeout(silence),
      closed: () => clearTimeout(silence),
      message: (message) => tell?.({ direction: 'received', text: JSON.stringify(message) }),
    },
  })
  return client
}

function eventOf({ seq, type, time, user, order }: WireEvent): ShopEvent {
  return { seq, type, time, data: user === null ? orderOf(order as WireOrder) : userOf(user) } as ShopEvent
}

/** The error of a connection or of a subscription, as graphql-ws tells it. */
function failureOf(error: unknown, address: string): unknown {
  if (error instanceof LabError) return error
  // Errors of the document or of its arguments, from the message `error`.
  if (Array.isArray(error)) {
    try {
      return dataOf({ errors: error })
    } catch (failure) {
      return failure
    }
  }
  const { code, reason } = (error ?? {}) as { readonly code?: unknown; readonly reason?: unknown }
  if (typeof code !== 'number') return connectionError(address, (error as { error?: unknown }).error ?? error)
  return new LabError(codeOfClose[code] ?? 'unavailable', String(reason) || `closed with ${code}`, {
    status: code,
  })
}
