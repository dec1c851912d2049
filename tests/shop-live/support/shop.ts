import { once } from 'node:events'
import { LabError, type ShopRestClient } from '@polyservice-lab/clients'
import {
  ShopLiveContainer,
  ShopRestContainer,
  type StartedPostgres,
  type StartedShopLiveContainer,
  type StartedShopRestContainer,
  startPostgres,
} from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { WebSocket } from 'ws'

const patienceMs = 60_000

/** One database with a shop-rest that writes and shop-live replicas that read. */
export interface Shop {
  readonly postgres: StartedPostgres
  readonly rest: StartedShopRestContainer
  readonly live: readonly StartedShopLiveContainer[]
}

/** A shop for the tests of a file; reset before each. */
export function useShop(env: Record<string, string> = {}, replicas = 1) {
  const resources = new AsyncDisposableStack()
  let shop: Shop | undefined
  beforeAll(async () => {
    const postgres = resources.use(await startPostgres())
    const container = new ShopRestContainer().withEnvironment(env).withPostgres(postgres)
    const lives = Array.from({ length: replicas }, () =>
      new ShopLiveContainer().withEnvironment(env).withPostgres(postgres).start(),
    )
    const started = await Promise.allSettled([container.start(), ...lives])
    for (const one of started) if (one.status === 'fulfilled') resources.defer(() => one.value.stop().then())
    const [rest, ...live] = started.map((one) => {
      if (one.status === 'rejected') throw one.reason
      return one.value
    })
    shop = { postgres, rest: rest as StartedShopRestContainer, live: live as StartedShopLiveContainer[] }
  }, 180_000)
  afterAll(() => resources.disposeAsync(), 60_000)
  const known = (): Shop => {
    if (shop === undefined) throw new Error('the shop is up inside of tests only')
    return shop
  }
  beforeEach(() => known().rest.reset())
  return {
    get postgres() {
      return known().postgres
    },
    get rest(): ShopRestClient {
      return known().rest.client()
    },
    get restContainer() {
      return known().rest
    },
    live(i = 0): StartedShopLiveContainer {
      const one = known().live[i]
      if (one === undefined) throw new Error(`there is no replica ${i}`)
      return one
    },
    get(path: string, init: RequestInit = {}): Promise<Response> {
      return fetch(`${originOf(this.live())}${path}`, init)
    },
    /** Puts events into a feed that is empty: each has some three kilobytes. */
    async fill(count: number): Promise<void> {
      await known().postgres.psql(`update feed set seq = ${count}; insert into events
        select n, 'user.updated', now(), json_build_object('id', 1, 'name', repeat('x', 3000), 'email', 'a@example.com',
          'role', 'user', 'createdAt', '2024-01-01T00:00:00.000Z', 'version', n) from generate_series(1, ${count}) n`)
    },
    /** Places orders, and so makes as many events, however busy the machine is. */
    async placeOrders(count: number): Promise<void> {
      const client = known().rest.client({ timeoutMs: patienceMs })
      for (let i = 0; i < count; i += 1) {
        const idempotencyKey = crypto.randomUUID()
        const place = () =>
          client.placeOrder(oneMouse, { idempotencyKey }).then(() => true, unlessUnavailable)
        while (!(await place()));
      }
    },
  }
}

function unlessUnavailable(error: unknown): false {
  if (error instanceof LabError && error.code === 'unavailable') return false
  throw error
}

export const oneMouse = { userId: 1, items: [{ productId: 302, quantity: 1 }] }

export function originOf(live: StartedShopLiveContainer): string {
  const { host, port } = live.address()
  return `http://${host}:${port}`
}

/** What a test looks at in a problem. */
export interface Problem {
  readonly code: string
  readonly reason?: string
  readonly oldest?: number
  readonly last?: number
  readonly errors?: readonly { readonly field: string }[]
}

/** A WebSocket of the feed: its messages so far, and its close. */
export class Peer implements Disposable {
  readonly socket: WebSocket
  readonly messages: { readonly seq: number }[] = []
  readonly closed: Promise<readonly [code: number, reason: string]>

  constructor(live: StartedShopLiveContainer, query: string, options: WebSocket.ClientOptions = {}) {
    this.socket = new WebSocket(`${originOf(live).replace('http', 'ws')}/events/ws${query}`, options)
    this.socket.on('message', (data, isBinary) => {
      if (isBinary) throw new Error('a binary message')
      this.messages.push(JSON.parse(String(data)))
    })
    this.socket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve([code, String(reason)]))
    })
  }

  opened(): Promise<unknown> {
    return once(this.socket, 'open')
  }

  [Symbol.dispose](): void {
    this.socket.terminate()
  }
}

/** An event stream that is read: its text so far, and its end. */
export class Stream implements Disposable {
  readonly response: Response
  text = ''
  readonly ended: Promise<void>
  readonly #controller: AbortController

  private constructor(response: Response, controller: AbortController) {
    this.response = response
    this.#controller = controller
    this.ended = this.#read()
  }

  static async open(
    live: StartedShopLiveContainer,
    query = '',
    headers: Record<string, string> = {},
  ): Promise<Stream> {
    const controller = new AbortController()
    const { signal } = controller
    return new Stream(await fetch(`${originOf(live)}/events/stream${query}`, { headers, signal }), controller)
  }

  /** The numbers of the events so far. */
  get seqs(): number[] {
    return [...this.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
  }

  async #read(): Promise<void> {
    try {
      for await (const text of (this.response.body as ReadableStream).pipeThrough(new TextDecoderStream()))
        this.text += text
    } catch {
      // Cut off, by either side.
    }
  }

  [Symbol.dispose](): void {
    this.#controller.abort()
  }
}
