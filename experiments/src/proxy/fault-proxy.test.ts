import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { createHistoryClient } from '@polyservice-lab/clients'
import { encodeAnswer, encodeRequest, FrameParser, preface } from '@polyservice-lab/contracts/tcp-history'
import { expect, onTestFinished, test } from 'vitest'
import type { FaultInput, Protocol } from './fault.ts'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'

/** A server that does with each socket what the test says. */
async function startServer(serve: (socket: Socket) => void): Promise<{ host: string; port: number }> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

const startEcho = () => startServer((socket) => socket.pipe(socket))

async function proxyTo(
  upstream: { host: string; port: number },
  faults: FaultInput[] = [],
  protocol: Protocol = 'tcp',
): Promise<FaultProxy> {
  const proxy = await startFaultProxy({ upstream, faults, protocol })
  onTestFinished(() => proxy[Symbol.asyncDispose]())
  return proxy
}

interface End {
  readonly chunks: readonly Buffer[]
  readonly text: string
  readonly how: 'fin' | 'reset'
}

/** Sends, half-closes unless told otherwise, and reads to the end. */
async function exchange(
  { host, port }: FaultProxy,
  bytes: Uint8Array | string,
  { halfClose = true } = {},
): Promise<End> {
  const socket = connect({ host, port, allowHalfOpen: true })
  const chunks: Buffer[] = []
  let how: End['how'] = 'fin'
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', () => {
    how = 'reset'
  })
  socket.on('end', () => socket.end())
  socket.write(bytes)
  if (halfClose) socket.end()
  await once(socket, 'close').catch(() => {})
  return { chunks, text: Buffer.concat(chunks).toString(), how }
}

const faultsOf = (proxy: FaultProxy) =>
  proxy.log.filter(({ what }) => what === 'fault').map(({ kind, text }) => `${kind}: ${text}`)

test('passes everything on as it is, half-close and all', async () => {
  const proxy = await proxyTo(await startEcho())
  const sent = 'x'.repeat(3_000_000)
  const { text, how } = await exchange(proxy, sent)
  expect(text === sent).toBe(true)
  expect(how).toBe('fin')
  expect(proxy.log.map(({ what }) => what)).toEqual(['open', 'close'])
})

const unfinished: { name: string; protocol: Protocol; bytes: Buffer }[] = [
  { name: 'half a preface', protocol: 'history', bytes: Buffer.from(preface.subarray(0, 3)) },
  {
    name: 'half a frame',
    protocol: 'history',
    bytes: Buffer.concat([preface, Buffer.from('0000000901616263', 'hex')]),
  },
  {
    name: 'a frame of 4 GiB',
    protocol: 'history',
    bytes: Buffer.concat([preface, Buffer.from('ffffffff01', 'hex')]),
  },
  { name: 'half a handshake', protocol: 'websocket', bytes: Buffer.from('GET / HTTP/1.1\r\nHost:') },
  {
    name: 'half a frame',
    protocol: 'websocket',
    bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n\x81\x85abcdhe', 'latin1'),
  },
  {
    name: 'a frame of 2^62 bytes',
    protocol: 'websocket',
    bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n\x81\xff\x40\0\0\0\0\0\0\0abcd', 'latin1'),
  },
  { name: 'no preface', protocol: 'http2', bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n') },
  {
    name: 'half a frame',
    protocol: 'http2',
    bytes: Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x08\x06\0\0\0\0\0half', 'latin1'),
  },
]
const faults: { held: string; faults: FaultInput[] }[] = [
  { held: 'without faults', faults: [] },
  {
    held: 'with a fault of a message that never comes',
    faults: [{ kind: 'delay', towards: 'server', message: 99, ms: 1 }],
  },
]
test.each(unfinished.flatMap((one) => faults.map((more) => ({ ...one, ...more }))))(
  '$held, $name of $protocol arrives before the end of the stream',
  async ({ protocol, bytes, faults }) => {
    const arrived = Promise.withResolvers<string>()
    const server = await startServer(async (socket) => {
      const chunks: Buffer[] = []
      for await (const chunk of socket) chunks.push(chunk)
      arrived.resolve(Buffer.concat(chunks).toString('latin1'))
      socket.end()
    })
    const { how } = await exchange(await proxyTo(server, faults, protocol), bytes)
    expect(await arrived.promise).toBe(bytes.toString('latin1'))
    expect(how).toBe('fin')
  },
)

test.each(unfinished)(
  '$name of $protocol arrives at once, for the server to answer',
  async ({ protocol, bytes }) => {
    const server = await startServer((socket) => {
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1')
        if (text === bytes.toString('latin1')) socket.end('the own error of the server')
      })
    })
    expect((await exchange(await proxyTo(server, [], protocol), bytes, { halfClose: false })).text).toBe(
      'the own error of the server',
    )
  },
)

test('latency comes on top of each way', async () => {
  const proxy = await proxyTo(await startEcho(), [
    { kind: 'latency', towards: 'server', ms: 40 },
    { kind: 'latency', towards: 'client', ms: 40 },
  ])
  const begun = performance.now()
  expect((await exchange(proxy, 'a')).text).toBe('a')
  expect(performance.now() - begun).toBeGreaterThanOrEqual(76)
})

test('bandwidth bounds how fast bytes pass', async () => {
  const proxy = await proxyTo(await startEcho(), [
    { kind: 'bandwidth', towards: 'client', bytesPerSecond: 10_000 },
  ])
  const begun = performance.now()
  expect((await exchange(proxy, 'x'.repeat(2_000))).text).toHaveLength(2_000)
  expect(performance.now() - begun).toBeGreaterThanOrEqual(190)
})

test('a blackhole holds everything back until it is lifted', async () => {
  const proxy = await proxyTo(await startEcho(), [{ kind: 'blackhole', towards: 'client' }])
  const answer = exchange(proxy, 'held')
  await expect.poll(() => faultsOf(proxy)).toEqual(['blackhole: nothing passes towards the client'])
  proxy.clear()
  expect((await answer).text).toBe('held')
})

test('a proxy ends while a blackhole holds', async () => {
  const upstream = await startEcho()
  const proxy = await startFaultProxy({ upstream, faults: [{ kind: 'blackhole', towards: 'server' }] })
  const answer = exchange(proxy, 'never')
  await expect.poll(() => faultsOf(proxy)).toHaveLength(1)
  await proxy[Symbol.asyncDispose]()
  expect((await answer).how).toBe('reset')
})

test('bytewise: each byte arrives by itself', async () => {
  const arrivals: number[] = []
  const upstream = await startServer((socket) => {
    socket.on('data', (chunk: Buffer) => arrivals.push(chunk.length))
    socket.on('end', () => socket.end('got it'))
  })
  const proxy = await proxyTo(upstream, [{ kind: 'bytewise', towards: 'server', gapMs: 3 }])
  expect((await exchange(proxy, 'slowly')).text).toBe('got it')
  expect(arrivals.length).toBeGreaterThan(1)
  expect(arrivals.reduce((sum, length) => sum + length)).toBe(6)
})

test('fail-first: the first two are reset, the third works', async () => {
  const proxy = await proxyTo(await startEcho(), [{ kind: 'fail-first', connections: 2 }])
  const ends: string[] = []
  for (let i = 0; i < 3; i += 1) {
    const { how, text } = await exchange(proxy, 'a')
    ends.push(`${how} ${text}`.trim())
  }
  expect(ends).toEqual(['reset', 'reset', 'fin a'])
  expect(faultsOf(proxy)).toHaveLength(2)
})

test('fail-first with fin: the connection is closed without a word', async () => {
  const proxy = await proxyTo(await startEcho(), [{ kind: 'fail-first', connections: 1, end: 'fin' }])
  expect(await exchange(proxy, 'a')).toMatchObject({ how: 'fin', text: '' })
})

test('a server that is not there resets the client, and the log says why', async () => {
  const upstream = await startEcho()
  const proxy = await proxyTo({ ...upstream, port: 1 })
  expect((await exchange(proxy, 'a')).how).toBe('reset')
  expect(proxy.log[0]).toMatchObject({ what: 'error', text: expect.stringContaining('ECONNREFUSED') })
})

const append = (message: string) => encodeRequest({ type: 'append', message: Buffer.from(message) })

test('cut: half of the second frame arrives, then the end', async () => {
  const received = Promise.withResolvers<Buffer>()
  const upstream = await startServer((socket) => {
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('end', () => {
      received.resolve(Buffer.concat(chunks))
      socket.end()
    })
  })
  const proxy = await proxyTo(upstream, [{ kind: 'cut', towards: 'server', message: 2 }], 'history')
  const [first, second] = [append('whole'), append('a half')]
  await exchange(proxy, Buffer.concat([preface, first, second, append('never')]), { halfClose: false })
  const half = second.subarray(0, Math.floor(second.length / 2))
  expect(await received.promise).toEqual(Buffer.concat([preface, first, half]))
  expect(faultsOf(proxy)).toEqual([
    `cut: message 2 (APPEND): cut after ${half.length} of ${second.length} bytes, then a fin`,
  ])
})

test('delay: the second answer is late, the third stays behind it', async () => {
  const upstream = await startServer((socket) => {
    const parser = new FrameParser()
    let sequence = 0n
    socket.once('data', (chunk: Buffer) => {
      const take = (bytes: Uint8Array) => {
        for (const _frame of parser.push(bytes)) {
          sequence += 1n
          socket.write(encodeAnswer({ type: 'appended', sequence }))
        }
      }
      take(chunk.subarray(preface.length))
      socket.on('data', take)
    })
    socket.on('end', () => socket.end())
  })
  const fault = { kind: 'delay', towards: 'client', message: 2, ms: 60 } as const
  const proxy = await proxyTo(upstream, [fault], 'history')
  await using session = await createHistoryClient(proxy).open()
  const order: string[] = []
  const begun = performance.now()
  const late = ['a', 'b', 'c'].map(async (message) => {
    await session.append(message)
    order.push(message)
    return performance.now() - begun
  })
  const [, second, third] = await Promise.all(late)
  expect(order).toEqual(['a', 'b', 'c'])
  expect(second).toBeGreaterThanOrEqual(59)
  expect(third).toBeGreaterThanOrEqual(second ?? 0)
})

test('a fault with times happens that often, whatever the number of connections', async () => {
  const fault = { kind: 'cut', towards: 'client', message: 1, bytes: 1, times: 1 } as const
  const proxy = await proxyTo(await startEcho(), [fault])
  expect((await exchange(proxy, 'abc')).text).toBe('a')
  expect((await exchange(proxy, 'abc')).text).toBe('abc')
})

test('plain mode and refusals of tcp-history pass as they are', async () => {
  const upstream = await startServer((socket) => {
    socket.end('ERROR busy: too many connections\n')
    socket.resume()
  })
  const proxy = await proxyTo(upstream, [], 'history')
  await expect(createHistoryClient(proxy).send('hello')).rejects.toMatchObject({ status: 'busy' })
  await using session = await createHistoryClient(proxy).open()
  await expect(session.append('hello')).rejects.toMatchObject({ status: 'busy' })
})
