import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEchoClient, type EchoReply, LabError, type WireEvent } from '@polyservice-lab/clients'
import vectors from '@polyservice-lab/contracts/ws-echo/vectors.json' with { type: 'json' }
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { until, useLab } from '../support/lab.ts'

const lab = useLab(['ws-echo'], { MESSAGE_BYTES_MAX: '70000', ORIGINS: 'https://lab.example' })
const service = () => lab.service('ws-echo')
const client = async (options = {}) => createEchoClient({ ...(await service().address()), ...options })

/** What a call fails with. */
async function failure(call: Promise<unknown>): Promise<LabError> {
  return call.then(
    () => expect.fail('the call succeeded'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(LabError)
      return error as LabError
    },
  )
}

async function take(replies: AsyncIterable<EchoReply>, count: number): Promise<EchoReply[]> {
  const taken: EchoReply[] = []
  for await (const reply of replies) if (taken.push(reply) === count) break
  return taken
}

describe('echo', () => {
  test.for(vectors.texts)('returns the five texts for $name', async ({ message, replies }) => {
    expect(await (await client()).echo(message)).toEqual(replies)
  })

  test.for(vectors.binaries)(
    'returns the five byte strings for $name',
    async ({ messageHex, repliesHex }) => {
      const replies = await (await client()).echo(Buffer.from(messageHex, 'hex'))
      expect(replies.map((reply) => Buffer.from(reply).toString('hex'))).toEqual(repliesHex)
    },
  )

  test('takes the largest message, with and without compression offered', async () => {
    const message = '*'.repeat(70_000)
    for (const compression of [false, true])
      expect((await (await client({ compression })).echo(message))[4]).toBe(
        `5 Сообщение пользователя: ${message}`,
      )
  })

  test('leaves no connection behind', async () => {
    const echo = await client()
    await Promise.all(Array.from({ length: 20 }, (_, i) => echo.echo(String(i))))
    await until(async () => (await service().metric('lab_connections')) === 0, 'all connections are closed')
  })

  test('tells what goes over the wire', async () => {
    const events: WireEvent[] = []
    await (await client({ onWire: (event: WireEvent) => events.push(event) })).echo('hello')
    expect(events.map(({ direction, text }) => `${direction} ${text.split('\n', 1)[0]}`)).toEqual([
      'sent GET / HTTP/1.1',
      'received HTTP/1.1 101 Switching Protocols',
      'sent text frame: 5 bytes of payload, 11 on the wire, masked',
      ...Array(5).fill('received text frame: 52 bytes of payload, 54 on the wire'),
      'sent close frame: 1000',
      'received close frame: 1000',
    ])
  })
})

describe('connect', () => {
  test('sends many messages over one connection and reads their replies in several loops', async () => {
    await using session = await (await client()).connect()
    await Promise.all([session.send('a'), session.send('b')])
    expect((await take(session.replies, 3)).map((reply) => String(reply).slice(0, 2))).toEqual([
      '1 ',
      '2 ',
      '3 ',
    ])
    expect((await take(session.replies, 7)).map((reply) => String(reply).at(-1)).join('')).toBe('aabbbbb')
  })

  test('ends the replies when this side closes', async () => {
    const session = await (await client()).connect()
    await session.send('last')
    await take(session.replies, 5)
    await session.close(4000, 'done')
    expect(await take(session.replies, 1)).toEqual([])
    expect((await failure(session.send('too late'))).code).toBe('failed_precondition')
    await session.close()
  })

  test('closes with replies unread', async () => {
    const session = await (await client()).connect()
    for (let i = 0; i < 200; i++) await session.send('*'.repeat(20_000))
    await session.close()
    await until(async () => (await service().metric('lab_connections')) === 0, 'the connection is closed')
  })

  test('throws out of the replies when the server closes', async () => {
    await using session = await (await client()).connect()
    await session.send('*'.repeat(70_001))
    const error = await failure(take(session.replies, 1))
    expect(error).toMatchObject({ code: 'resource_exhausted', status: 1009 })
  })

  test('a signal ends the session', async () => {
    const controller = new AbortController()
    await using session = await (await client()).connect({ signal: controller.signal })
    controller.abort()
    expect((await failure(take(session.replies, 1))).code).toBe('cancelled')
  })
})

describe('errors', () => {
  test('resource_exhausted: a message that is too long', async () => {
    const error = await failure((await client()).echo('*'.repeat(70_001)))
    expect(error).toMatchObject({ code: 'resource_exhausted', status: 1009 })
  })

  test('permission_denied: an origin that may not connect', async () => {
    const error = await failure((await client({ origin: 'https://evil.example' })).echo('hello'))
    expect(error).toMatchObject({ code: 'permission_denied', status: 403 })
    expect(error.message).toBe('refused with 403: Pages of this origin may not connect.')
  })

  test('unavailable: nobody listens', async () => {
    expect((await failure(createEchoClient({ port: 1 }).echo('hello'))).code).toBe('unavailable')
  })

  test('cancelled: an aborted signal, before and during the call', async () => {
    const aborted = { signal: AbortSignal.abort() }
    expect((await failure((await client(aborted)).echo('hello'))).code).toBe('cancelled')
    expect((await failure((await client()).connect(aborted))).code).toBe('cancelled')
  })

  test('deadline_exceeded: a server that does not answer', async () => {
    const { port } = await listen(createServer().on('upgrade', () => {}))
    expect((await failure(createEchoClient({ port, timeoutMs: 100 }).echo('hello'))).code).toBe(
      'deadline_exceeded',
    )
  })

  test('protocol_error: a server that breaks the protocol', async () => {
    const sockets = new WebSocketServer({ noServer: true })
    const http = createServer().on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, () => socket.write(Uint8Array.of(0xf1, 0x00)))
    })
    const { port } = await listen(http)
    expect((await failure(createEchoClient({ port }).echo('hello'))).code).toBe('protocol_error')
  })

  test.for(vectors.closeCodes)('$error: the close code $code', async ({ code, error }) => {
    const sockets = new WebSocketServer({ noServer: true })
    const http = createServer().on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.close(code, 'why'))
    })
    const { port } = await listen(http)
    const thrown = await failure(createEchoClient({ port }).echo('hello'))
    expect(thrown).toMatchObject({ code: error, status: code, message: `closed with ${code}: why` })
  })

  test.for(vectors.statuses)('$error: the HTTP status $status', async ({ status, error }) => {
    const http = createServer((_request, response) => response.writeHead(status).end('why\n'))
    const { port } = await listen(http)
    const thrown = await failure(createEchoClient({ port }).echo('hello'))
    expect(thrown).toMatchObject({ code: error, status, message: `refused with ${status}: why` })
  })
})

describe('a server that goes without a word', () => {
  test('is noticed by its pings, and told as unavailable', async () => {
    const session = await (await client({ keepaliveMs: 500 })).connect()
    await session.send('before')
    await take(session.replies, 5)
    await service().pause()
    try {
      const error = await failure(take(session.replies, 1))
      expect(error.code).toBe('unavailable')
      expect(error.message).toMatch(/has answered nothing for 500 ms$/)
    } finally {
      await service().unpause()
    }
  })

  test('is not one that answers pings and has nothing to say', async () => {
    const sockets = new WebSocketServer({ noServer: true })
    const pings = Promise.withResolvers<void>()
    const http = createServer().on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        let count = 0
        webSocket.on('ping', () => ++count === 5 && pings.resolve())
        webSocket.on('message', (data) => webSocket.send(String(data)))
      })
    })
    const { port } = await listen(http)
    await using session = await createEchoClient({ port, keepaliveMs: 2_000 }).connect()
    await pings.promise
    await session.send('still here')
    expect(await take(session.replies, 1)).toEqual(['still here'])
  })
})

test('waits as long as Retry-After says before it tries again', async () => {
  const sockets = new WebSocketServer({ noServer: true })
  let refusals = 0
  const http = createServer({ shouldUpgradeCallback: () => refusals > 0 }, (_request, response) => {
    refusals += 1
    response.writeHead(503, { 'Retry-After': '1' }).end('full\n')
  })
  http.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('message', (data) => [1, 2, 3, 4, 5].forEach((i) => void webSocket.send(`${i} ${data}`)))
    })
  })
  const { port } = await listen(http)
  const events: WireEvent[] = []
  const onWire = (event: WireEvent) => events.push(event)
  const replies = await createEchoClient({ port, retries: { delayMs: 1 }, onWire }).echo('again')
  expect(replies).toHaveLength(5)
  expect(events.map(({ text }) => text).filter((text) => text.startsWith('retry'))).toEqual([
    'retry 1 in 1000 ms: unavailable: refused with 503: full',
  ])
  expect((await failure(createEchoClient({ port: await busyPort() }).echo('once'))).retryAfterMs).toBe(2_000)
})

/** A server that has no room. */
async function busyPort(): Promise<number> {
  const busy = (_request: unknown, response: ServerResponse) =>
    response.writeHead(503, { 'Retry-After': '2' }).end('full\n')
  return (await listen(createServer(busy))).port
}

/** A server of the test's own, for what the real one never does. */
async function listen(server: Server): Promise<AddressInfo> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return server.address() as AddressInfo
}
