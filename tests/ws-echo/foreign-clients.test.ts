// Clients that this project did not write; compression (RFC 7692, Autobahn's groups 12 and 13) is on for those that offer it.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { WebSocket as WsWebSocket } from 'ws'
import { runToExit } from '../support/docker.ts'
import { useLab } from '../support/lab.ts'
import { closePayload, type HttpHead, handshake, opcode, RawPeer } from './raw-peer.ts'

const lab = useLab(['ws-echo'], { PERMESSAGE_DEFLATE: 'on' })
const address = async () => lab.service('ws-echo').address()
const url = async () => `ws://127.0.0.1:${(await address()).port}/`
const repliesTo = (message: string) => [1, 2, 3, 4, 5].map((i) => `${i} Сообщение пользователя: ${message}`)

const python = '/usr/bin/python3'
const pythonWebSockets = await runToExit(python, ['-c', 'import websockets']).then(
  ({ code }) => code === 0,
  () => false,
)

describe('python3-websockets', () => {
  const program = `
import asyncio, sys, websockets

async def main(url, message, compression):
    async with websockets.connect(url, compression=compression or None) as socket:
        await socket.send(message)
        for _ in range(5):
            print(await socket.recv())

asyncio.run(main(*sys.argv[1:]))
`
  test.runIf(pythonWebSockets).for(['', 'deflate'])(
    'sends one text and reads five (needs python3-websockets; compression: %j)',
    async (compression) => {
      const env = { PYTHONIOENCODING: 'utf-8' }
      const { code, stdout, stderr } = await runToExit(
        python,
        ['-c', program, await url(), 'привет', compression],
        { env },
      )
      expect(stderr).toBe('')
      expect(code).toBe(0)
      expect(stdout.trimEnd().split('\n')).toEqual(repliesTo('привет'))
    },
  )
})

describe("Node's own WebSocket", () => {
  test('sends text and binary and is closed properly', async () => {
    const socket = new WebSocket(await url())
    socket.binaryType = 'arraybuffer'
    const received: unknown[] = []
    await new Promise<void>((resolve, reject) => {
      socket.onerror = () => reject(new Error('failed'))
      socket.onopen = () => {
        socket.send('text')
        socket.send(Uint8Array.of(1, 2, 3))
      }
      socket.onmessage = ({ data }) => received.push(data) === 10 && resolve()
    })
    expect(received.slice(0, 5)).toEqual(repliesTo('text'))
    expect(Buffer.from(received[9] as ArrayBuffer).subarray(-3)).toEqual(Buffer.of(1, 2, 3))
    const closed = once(socket, 'close')
    socket.close(4001, 'thank you')
    expect((await closed)[0]).toMatchObject({ wasClean: true, code: 4001, reason: 'thank you' })
  })
})

/** What was agreed on: the extension and its parameters, sorted. */
function parametersOf({ headers }: HttpHead): string[] {
  return (headers.get('sec-websocket-extensions') ?? '').split('; ').sort()
}

describe('12, 13 compression (RFC 7692)', () => {
  const offers = [
    'permessage-deflate',
    'permessage-deflate; client_max_window_bits',
    'permessage-deflate; client_max_window_bits=9; server_max_window_bits=10',
    'permessage-deflate; server_no_context_takeover; client_no_context_takeover',
    'x-unknown, permessage-deflate',
  ]
  test.for(offers)('agrees to %s', async (offer) => {
    using peer = await RawPeer.connect(await address())
    peer.write(handshake({ 'Sec-WebSocket-Extensions': offer }))
    const { status, headers } = await peer.head()
    expect(status).toBe(101)
    expect(headers.get('sec-websocket-extensions')).toMatch(
      /^permessage-deflate; .*server_no_context_takeover/,
    )
  })

  test('7.1.2.1: answers a window that was asked for with that window, the largest too', async () => {
    using peer = await RawPeer.connect(await address())
    peer.write(handshake({ 'Sec-WebSocket-Extensions': 'permessage-deflate; server_max_window_bits=15' }))
    expect(parametersOf(await peer.head())).toContain('server_max_window_bits=15')
  })

  const declined = [
    'permessage-deflate; server_max_window_bits=8',
    'permessage-deflate; server_max_window_bits=16',
    'permessage-deflate; client_max_window_bits=7',
    'permessage-deflate; server_no_context_takeover=1',
    'permessage-deflate; client_no_context_takeover; client_no_context_takeover',
    'permessage-deflate; unknown',
    'permessage-deflate; constructor; __proto__=1; toString',
    'constructor',
    'x-webkit-deflate-frame',
  ]
  test.for(declined)('7.1: declines %s, and takes the next offer', async (offer) => {
    using without = await RawPeer.connect(await address())
    without.write(handshake({ 'Sec-WebSocket-Extensions': offer }))
    const { status, headers } = await without.head()
    expect([status, headers.get('sec-websocket-extensions')]).toEqual([101, null])
    using next = await RawPeer.connect(await address())
    const both = `${offer}, permessage-deflate; server_max_window_bits="9"`
    next.write(handshake({ 'Sec-WebSocket-Extensions': both }))
    expect(parametersOf(await next.head())).toEqual([
      'client_no_context_takeover',
      'permessage-deflate',
      'server_max_window_bits=9',
      'server_no_context_takeover',
    ])
  })

  const messages = [
    { name: 'nothing', payload: Buffer.alloc(0) },
    { name: 'what compresses well', payload: Buffer.alloc(100_000, 'lorem ipsum ') },
    { name: 'what does not compress', payload: randomBytes(100_000) },
  ]
  test.for(messages)('answers $name compressed, in order', async ({ payload }) => {
    const socket = new WsWebSocket(await url(), { perMessageDeflate: true })
    await once(socket, 'open')
    expect(socket.extensions).toBe('permessage-deflate')
    const received: Buffer[] = []
    const all = new Promise<void>((resolve) => {
      socket.on('message', (data) => received.push(data as Buffer) === 10 && resolve())
    })
    socket.send(payload)
    socket.send(payload)
    await all
    received.forEach((reply, i) => {
      const prefix = `${(i % 5) + 1} Сообщение пользователя: `
      expect(reply.equals(Buffer.concat([Buffer.from(prefix), payload]))).toBe(true)
    })
    socket.close()
    await once(socket, 'close')
  })

  const offer = { 'Sec-WebSocket-Extensions': 'permessage-deflate' }
  /** As 7.2.1 wants it: without the empty block at the end. */
  const compressed = (text: string) => deflateRawSync(text, { finishFlush: 2 }).subarray(0, -4)

  test('answers a compressed frame with compressed frames', async () => {
    using peer = await RawPeer.open(await address(), offer)
    const text = 'compress me '.repeat(200)
    peer.send({ rsv: 4, payload: compressed(text) })
    const frames = await peer.frames(5)
    const texts = frames.map(({ rsv, payload }) => {
      expect(rsv).toBe(4)
      return inflateRawSync(Buffer.concat([payload, Buffer.of(0, 0, 0xff, 0xff)]), {
        finishFlush: 2,
      }).toString()
    })
    expect(texts).toEqual(repliesTo(text))
  })

  test('closes with 1009 after a small frame that unfolds beyond MESSAGE_BYTES_MAX', async () => {
    using peer = await RawPeer.open(await address(), offer)
    peer.send({ rsv: 4, opcode: opcode.binary, payload: compressed('0'.repeat(50_000_000)) })
    expect((await peer.closeFrame()).code).toBe(1009)
  })

  test('closes with 1007 after bytes that do not unfold', async () => {
    using peer = await RawPeer.open(await address(), offer)
    peer.send({ rsv: 4, payload: Buffer.from('ffffffff', 'hex') })
    expect((await peer.closeFrame()).code).toBe(1007)
  })

  test('closes with 1007 after a compressed text that is not UTF-8', async () => {
    using peer = await RawPeer.open(await address(), offer)
    peer.send({ rsv: 4, payload: deflateRawSync(Uint8Array.of(0xc3), { finishFlush: 2 }).subarray(0, -4) })
    expect((await peer.closeFrame()).code).toBe(1007)
  })

  test('answers a compressed message in fragments, of MESSAGE_BYTES_MAX bytes, with a ping between', async () => {
    using peer = await RawPeer.open(await address(), offer)
    const text = '*'.repeat(1_048_576)
    const payload = compressed(text)
    peer.send(
      { rsv: 4, fin: false, payload: payload.subarray(0, 10) },
      { opcode: opcode.ping, payload: 'between' },
      { opcode: opcode.continuation, payload: payload.subarray(10) },
      { opcode: opcode.close, payload: closePayload(1000) },
    )
    const frames = await peer.frames(7)
    expect(frames.map((frame) => frame.opcode)).toEqual([10, 1, 1, 1, 1, 1, 8])
  })

  test('answers compressed messages that the end of the stream follows', async () => {
    using peer = await RawPeer.open(await address(), offer)
    const text = 'last words '.repeat(500)
    peer.send({ rsv: 4, payload: compressed(text) }, { rsv: 4, payload: compressed(text) })
    peer.socket.end()
    expect(await peer.frames(10)).toHaveLength(10)
    expect(await peer.rest()).toHaveLength(0)
  })

  test('uses no larger window than was asked for (7.1.2.1)', async () => {
    using peer = await RawPeer.open(await address(), {
      'Sec-WebSocket-Extensions': 'permessage-deflate; server_max_window_bits=9',
    })
    const text = randomBytes(1_000).toString('hex').repeat(3)
    peer.send({ payload: text })
    const [frame] = await peer.frames(5)
    const payload = Buffer.concat([frame?.payload ?? Buffer.alloc(0), Buffer.of(0, 0, 0xff, 0xff)])
    expect(inflateRawSync(payload, { finishFlush: 2, windowBits: 9 }).toString()).toBe(repliesTo(text)[0])
  })

  test('closes with 1002 after a compressed control frame', async () => {
    using peer = await RawPeer.open(await address(), offer)
    peer.send({ rsv: 4, opcode: opcode.ping, payload: '' })
    expect((await peer.closeFrame()).code).toBe(1002)
  })

  test('answers messages that are not compressed as well', async () => {
    using peer = await RawPeer.open(await address(), offer)
    peer.send({ payload: 'plain' })
    expect(await peer.frames(5)).toHaveLength(5)
  })
})
