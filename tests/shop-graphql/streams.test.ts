import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { createShopGraphqlClient } from '@polyservice-lab/clients'
import type { Address } from '@polyservice-lab/testcontainers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { until, useLab } from '../support/lab.ts'

interface Message {
  readonly id?: string
  readonly type: string
  readonly payload?: unknown
}

const protocol = 'graphql-transport-ws'
const feed = (after: number | null, fields = 'seq') => `subscription { feed(after: ${after}) { ${fields} } }`
const sockets = new Set<WebSocket>()

afterEach(() => {
  for (const socket of sockets) socket.terminate()
  sockets.clear()
})

/** A WebSocket with what it was told, and how it was closed. */
async function connect({ host, port }: Address, offered = protocol, headers = {}) {
  const socket = new WebSocket(`ws://${host}:${port}/graphql`, offered === '' ? [] : offered, { headers })
  sockets.add(socket)
  const messages: Message[] = []
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  socket.on('message', (data) => messages.push(JSON.parse(String(data))))
  await once(socket, 'open')
  const send = (message: object | string) =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  const subscribe = (id: string, query: string) => send({ id, type: 'subscribe', payload: { query } })
  const of = (id: string) => messages.filter((message) => message.id === id)
  return { socket, messages, closed, send, subscribe, of }
}

async function begin(address: Address, payload?: object) {
  const client = await connect(address)
  client.send({ type: 'connection_init', ...(payload && { payload }) })
  await until(() => client.messages.length > 0, 'the connection is acknowledged')
  return client
}

/** An event stream: all that it has sent. */
async function openStream({ host, port }: Address, query: string) {
  const abort = new AbortController()
  const response = await fetch(`http://${host}:${port}/graphql?query=${encodeURIComponent(query)}`, {
    headers: { Accept: 'text/event-stream' },
    signal: abort.signal,
  })
  const told = { status: response.status, headers: response.headers, text: '', isOver: false }
  void (async () => {
    for await (const bytes of response.body ?? []) told.text += Buffer.from(bytes).toString()
  })()
    .catch(() => {})
    .finally(() => {
      told.isOver = true
    })
  return { told, close: () => abort.abort() }
}

const seqsOf = (text: string) => Array.from(text.matchAll(/"seq":(\d+)/g), ([, seq]) => Number(seq))
const lab = useLab(['shop-graphql'], { KEEPALIVE_MS: '1000' })
const service = () => lab.service('shop-graphql')
const address = () => service().address()
const rename = (name: string) => createShopGraphqlClient(address()).updateUser(1, { name })

beforeEach(() => service().reset())

describe('over WebSocket', () => {
  test('runs all kinds of operations on one socket, and a wrong document ends none of the others', async () => {
    const client = await begin(address())
    client.subscribe('feed', feed(0, 'seq type user { name } order { id }'))
    client.subscribe('syntax', '{')
    client.subscribe('unknown', '{ nothing }')
    client.subscribe('query', '{ user(id: 2) { name } }')
    client.subscribe('mutation', 'mutation { updateUser(id: 2, name: "Robert") { user { name } } }')
    client.subscribe('gone', feed(1_000))
    await until(() => client.of('feed').length > 0 && client.of('gone').length === 2, 'all are answered')
    expect(client.of('query')).toMatchObject([
      { type: 'next', payload: { data: { user: { name: expect.stringMatching(/Bob|Robert/) } } } },
      { type: 'complete' },
    ])
    expect(client.of('feed')).toMatchObject([
      {
        payload: { data: { feed: { seq: 1, type: 'user.updated', user: { name: 'Robert' }, order: null } } },
      },
    ])
    expect(client.of('syntax')).toMatchObject([
      { type: 'error', payload: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }] },
    ])
    expect(client.of('unknown')).toMatchObject([
      { type: 'error', payload: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    ])
    expect(client.of('gone')).toMatchObject([
      { payload: { errors: [{ extensions: { code: 'OUT_OF_RANGE', reason: 'after_in_future' } }] } },
      { type: 'complete' },
    ])
    client.send({ id: 'feed', type: 'complete' })
    client.subscribe('last', '{ user(id: 1) { name } }')
    await until(() => client.of('last').length === 2, 'the socket goes on')
    await rename('Alicia')
    const other = await begin(address())
    other.subscribe('feed', feed(1))
    await until(() => other.of('feed').length === 1, 'another reader has the event')
    expect(client.of('feed')).toHaveLength(1)
  })

  test.each([
    ['no JSON', protocol, {}, ['{'], 4400],
    [
      'a query before the beginning',
      protocol,
      {},
      [{ id: '1', type: 'subscribe', payload: { query: '{ users { id } }' } }],
      4401,
    ],
    [
      'a wrong token',
      protocol,
      {},
      [{ type: 'connection_init', payload: { Authorization: 'Bearer x.y.z' } }],
      4403,
    ],
    [
      'a wrong token in the handshake',
      protocol,
      { Authorization: 'Bearer x' },
      [{ type: 'connection_init' }],
      4403,
    ],
    [
      'a credential that is no text',
      protocol,
      {},
      [{ type: 'connection_init', payload: { Authorization: 5 } }],
      4403,
    ],
    ['two beginnings', protocol, {}, [{ type: 'connection_init' }, { type: 'connection_init' }], 4429],
    ['a message that is too long', protocol, {}, [' '.repeat(1_048_577)], 1009],
    ['no subprotocol', '', {}, [], 4406],
  ])('closes after %s', async (_what, offered, headers, messages, code) => {
    const client = await connect(address(), offered, headers)
    for (const message of messages) client.send(message)
    expect(await client.closed).toBe(code)
  })

  test('refuses the subprotocol of old', async () => {
    await expect(connect(address(), 'graphql-ws')).rejects.toThrow()
  })

  test('cuts off a client that does not answer pings', async () => {
    const { host, port } = address()
    const deaf = new WebSocket(`ws://${host}:${port}/graphql`, protocol, { autoPong: false })
    sockets.add(deaf)
    const closed = once(deaf, 'close')
    await once(deaf, 'open')
    deaf.send('{"type":"connection_init"}')
    expect((await closed)[0]).toBe(1006)
  })
})

describe('as server-sent events', () => {
  test('sends what follows, comments between, and each event once to who goes on', async () => {
    await rename('A')
    const first = await openStream(address(), feed(0))
    await rename('B')
    await until(() => seqsOf(first.told.text).length === 2, 'two events are there')
    await until(() => first.told.text.split(':\n\n').length > 2, 'a comment comes')
    expect([first.told.status, first.told.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    first.close()
    await rename('C')
    const second = await openStream(address(), feed(2))
    await until(() => seqsOf(second.told.text).length === 1, 'the third event is there')
    expect(seqsOf(first.told.text + second.told.text)).toEqual([1, 2, 3])
    second.close()
  })

  test('sends the result of a query, and of a wrong place, and completes', async () => {
    for (const [query, part] of [
      ['{ user(id: 1) { name } }', '"name":"Alice"'],
      [feed(5), '"code":"OUT_OF_RANGE"'],
      ['{', '"code":"GRAPHQL_PARSE_FAILED"'],
    ] as const) {
      const { told } = await openStream(address(), query)
      await until(() => told.isOver, 'the stream ends')
      expect(told.text).toContain(part)
      expect(told.text).toMatch(/event: next\ndata: .*\n\nevent: complete\ndata:\n\n$/)
    }
  })
})

describe('of so many as there may be', () => {
  const few = useLab(['shop-graphql'], { STREAMS_MAX: '5' })

  test('one more is refused, and a place is free as soon as one has left, however often', async () => {
    const at = few.service('shop-graphql').address()
    const client = await begin(at)
    for (let i = 0; i < 4; i += 1) client.subscribe(`${i}`, feed(null))
    client.subscribe('query', '{ users { id } }')
    await until(() => client.of('query').length === 2, 'the subscriptions have begun')
    const last = await openStream(at, feed(null))
    await until(() => last.told.text !== '', 'the last place is taken')
    const refused = await openStream(at, feed(null))
    await until(() => refused.told.isOver, 'one more is refused')
    expect([refused.told.status, refused.told.headers.get('retry-after')]).toEqual([503, '1'])
    expect(refused.told.text).toContain('"code":"UNAVAILABLE"')
    client.subscribe('more', feed(null))
    await until(() => client.of('more').length === 2, 'over WebSocket too')
    expect(client.of('more')).toMatchObject([
      { payload: { errors: [{ extensions: { code: 'UNAVAILABLE' } }] } },
      {},
    ])
    last.close()
    const isOpen = async () => {
      const { told, close } = await openStream(at, feed(null))
      close()
      return told.status === 200
    }
    for (let i = 0; i < 200; i += 1) await until(isOpen, 'a place is free')
  })
})

test('goes on over a restart, with every event once', async () => {
  const client = createShopGraphqlClient({
    ...address(),
    retries: { retriesMax: 50, delayMs: 100, delayMsMax: 500 },
  })
  const seqs: number[] = []
  const reading = (async () => {
    for await (const { seq } of client.feed({ after: 0 })) {
      seqs.push(seq)
      if (seq === 20) break
    }
  })()
  for (let i = 1; i <= 10; i += 1) await rename(`Before ${i}`)
  await until(() => seqs.length > 0, 'the reader has begun')
  await service().restart()
  for (let i = 1; i <= 10; i += 1) await rename(`After ${i}`)
  await reading
  expect(seqs).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
})

describe('with little room for slow readers', () => {
  const slow = useLab(['shop-graphql'], { BUFFER_BYTES_MAX: '65536', SEND_TIMEOUT_MS: '2000' })

  test('cuts off who takes nothing, over both, and nobody else waits', { timeout: 180_000 }, async () => {
    const at = slow.service('shop-graphql').address()
    const writer = createShopGraphqlClient(at)
    const lines = Array.from({ length: 50 }, () => ({ productId: 309, quantity: 1000 }))
    const fields = `seq order { ${'abcdefghij'
      .split('')
      .map((alias) => `${alias}: items { id quantity unitPrice product { id name price } }`)
      .join(' ')} }`
    const stopped = await begin(at)
    stopped.subscribe('feed', feed(0, fields))
    stopped.socket.pause()
    const { host, port } = at
    const stream = await fetch(
      `http://${host}:${port}/graphql?query=${encodeURIComponent(feed(0, fields))}`,
      {
        headers: { Accept: 'text/event-stream' },
      },
    )
    const quick = await begin(at)
    quick.subscribe('feed', feed(0))
    const ended = Promise.all([
      until(
        async () => (await openStreams(slow.service('shop-graphql').adminUrl())) <= 1,
        'both are cut off',
        120_000,
      ),
    ])
    let placed = 0
    let isOver = false
    void ended.finally(() => {
      isOver = true
    })
    while (!isOver && placed < 2_000) {
      await writer.placeOrder({ userId: 1, items: lines })
      placed += 1
    }
    await ended
    await until(() => quick.of('feed').length === placed, 'the other has every event')
    stopped.socket.terminate()
    await stream.body?.cancel().catch(() => {})
  })

  /** Connections that are open, but for the one that asks. */
  async function openStreams(adminUrl: string): Promise<number> {
    await setTimeout(200)
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text()
    return Number(/^lab_streams\{.*\} (\d+)/m.exec(metrics)?.[1])
  }
})

test('500 subscriptions hear of an order, each once', { timeout: 180_000 }, async () => {
  const clients = await Promise.all(Array.from({ length: 10 }, () => begin(address())))
  for (const client of clients)
    for (let i = 0; i < 50; i += 1) client.subscribe(`${i}`, feed(null, 'seq type order { id }'))
  for (const client of clients) client.subscribe('query', '{ users { id } }')
  await until(() => clients.every((client) => client.of('query').length === 2), 'all have begun')
  const { id } = await createShopGraphqlClient(address()).placeOrder({
    userId: 1,
    items: [{ productId: 301, quantity: 1 }],
  })
  const counts = () =>
    clients.map(
      ({ messages }) =>
        messages.filter(({ payload }) => String(JSON.stringify(payload)).includes(`"${id}"`)).length,
    )
  await until(() => counts().every((count) => count === 50), 'all have heard', 60_000)
  expect(counts()).toEqual(Array(10).fill(50))
})
