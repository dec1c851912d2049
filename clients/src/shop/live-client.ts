import { setTimeout } from 'node:timers/promises'
import { services } from '@polyservice-lab/contracts/services'
import { feedPaths, ShopEvent, ShopFeedPart } from '@polyservice-lab/contracts/shop'
import {
  abortError,
  type CallOptions,
  type ClientOptions,
  hostPort,
  streamSignal,
} from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { type Fault, lostPeer, Retrier } from '../core/retries.ts'
import { tellExchange } from '../core/wire.ts'
import { createApiClient } from '../rest/api-client.ts'
import { readEventStream } from './event-stream.ts'
import { readFeedSocket } from './feed-socket.ts'
import { failureOf } from './problems.ts'

/** The ways to follow the feed. */
export type FeedMeans = 'polling' | 'long-polling' | 'sse' | 'websocket'

export interface ShopLiveClientOptions extends ClientOptions {
  /** A token of shop-rest, sent with every request. */
  readonly token?: string | undefined
}

export interface PollOptions extends CallOptions {
  /** The number of the last event that is known. Default: that of the newest one. */
  readonly after?: number | undefined
  /** Events at most, 1 to 1000. Default: 100. */
  readonly limit?: number | undefined
  /** How long the server waits for an event where there is none, in whole seconds. Default: it does not wait. */
  readonly waitS?: number | undefined
}

export interface FollowOptions extends CallOptions {
  /** Default: `sse`. */
  readonly means?: FeedMeans | undefined
  /** The number of the last event that is known. Default: that of the newest one, so that only later ones come. */
  readonly after?: number | undefined
  /** Of polling: the pause after an answer without events, in ms. Default: 1000. */
  readonly pauseMs?: number | undefined
  /** Of long polling: how long one request waits, in whole seconds. Default: 25. */
  readonly waitS?: number | undefined
}

/** The feed of the shop (contracts/shop/live.md). Calls reject with a LabError; `reason` is `events_gone` or `after_in_future`. */
export interface ShopLiveClient {
  /** What there is after a number. */
  poll(options?: PollOptions): Promise<ShopFeedPart>
  /**
   * Each event once and in order, until the loop over them ends, the signal does, or a LabError is thrown. With `retries`,
   * a lost connection is made again and the events go on after the last one; another call may go on by another means.
   */
  events(options?: FollowOptions): AsyncGenerator<ShopEvent, void>
}

const pauseMsDefault = 1_000
const waitSDefault = 25
const keepaliveMsDefault = 20_000

/**
 * Default: 127.0.0.1:8006.
 * @example
 * for await (const { seq, type } of createShopLiveClient({ retries: {} }).events({ means: 'websocket' }))
 *   console.log(seq, type)
 */
export function createShopLiveClient(options: ShopLiveClientOptions = {}): ShopLiveClient {
  const { host = '127.0.0.1', port = services['shop-live'].port, token } = options
  const { keepaliveMs = keepaliveMsDefault } = options
  const address = hostPort(host, port)
  const api = createApiClient({ ...options, port })
  // Whoever follows the feed counts its retries over all requests.
  const once = createApiClient({ ...options, port, retries: false })

  async function poll({ after, limit, waitS, ...call }: PollOptions = {}, by = api): Promise<ShopFeedPart> {
    const given = Object.entries({ after, limit, wait: waitS }).filter(([, value]) => value !== undefined)
    const query = Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
    const timeoutMs =
      waitS === undefined ? call.timeoutMs : waitS * 1000 + (call.timeoutMs ?? options.timeoutMs ?? 5_000)
    const { status, headers, bytes, body } = await by.get(feedPaths.poll, { query }, { ...call, timeoutMs })
    if (status !== 200) throw failureOf(status, headers, new TextDecoder().decode(bytes))
    return checked(ShopFeedPart.safeParse(body), body)
  }

  async function* polled(start: number, { means, ...follow }: FollowOptions): AsyncGenerator<ShopEvent> {
    const { signal, pauseMs = pauseMsDefault, waitS = waitSDefault } = follow
    for (let after = start; ; ) {
      const part = await poll({ after, signal, ...(means === 'long-polling' && { waitS }) }, once)
      yield* part.events
      after = part.next
      if (means === 'polling' && part.events.length === 0) await pause(pauseMs, signal)
    }
  }

  async function* pushed(after: number, means: FeedMeans, signal: AbortSignal): AsyncGenerator<ShopEvent> {
    const isSocket = means === 'websocket'
    const tell = tellExchange(options.onWire, isSocket ? 'websocket' : 'http')
    const read = isSocket ? readFeedSocket : readEventStream
    for await (const text of read({
      address,
      after,
      token,
      keepaliveMs,
      tell,
      signal,
      timeoutMs: options.timeoutMs,
    })) {
      const value = parse(text)
      yield checked(ShopEvent.safeParse(value), value)
    }
  }

  return {
    poll: (pollOptions) => poll(pollOptions),
    async *events({ means = 'sse', after: start, ...follow } = {}) {
      const ended = new AbortController()
      const signal = AbortSignal.any([streamSignal(options, follow), ended.signal])
      const retrier = new Retrier({
        retries: options.retries,
        signal,
        tell: tellExchange(options.onWire, 'http'),
      })
      let after = start
      try {
        for (;;) {
          try {
            after ??= (await poll({ signal }, once)).next
            const isPolled = means === 'polling' || means === 'long-polling'
            const events = isPolled
              ? polled(after, { ...follow, means, signal })
              : pushed(after, means, signal)
            for await (const event of events) {
              retrier.progress()
              after = event.seq
              yield event
            }
          } catch (error) {
            if (!(await retrier.again(lostFeed(error)))) throw error
          }
        }
      } finally {
        ended.abort()
      }
    },
  }
}

/** A reader that was too slow goes on as one whose server went away. */
function lostFeed(error: unknown): Fault | undefined {
  const isSlow = error instanceof LabError && error.code === 'resource_exhausted'
  return isSlow ? { error } : lostPeer(error)
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(ms, undefined, signal && { signal }).catch(() => {
    throw abortError(signal as AbortSignal)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new LabError('protocol_error', 'an event is no JSON', { body: text, cause })
  }
}

/** @throws LabError protocol_error */
function checked<T>(
  { success, error }: { readonly success: boolean; readonly error?: Error | undefined },
  value: unknown,
): T {
  if (success) return value as T
  throw new LabError('protocol_error', `the answer is not of the contract: ${error?.message}`, {
    body: value,
  })
}
