// Cases are named after the groups of the Autobahn test suite and the sections of RFC 6455.
import vectors from '@polyservice-lab/contracts/ws-echo/vectors.json' with { type: 'json' }
import { describe, expect, test } from 'vitest'
import { until, useLab } from '../support/lab.ts'
import { closePayload, type FrameFields, opcode, RawPeer } from './raw-peer.ts'

const lab = useLab(['ws-echo'])
const service = () => lab.service('ws-echo')
const open = async () => RawPeer.open(await service().address())

describe('replies (contracts/ws-echo/vectors.json)', () => {
  test.for(vectors.texts)('answers $name with five texts', async ({ message, replies }) => {
    using peer = await open()
    peer.send({ payload: message })
    const frames = await peer.frames(5)
    expect(frames.map(({ payload }) => payload.toString())).toEqual(replies)
    for (const frame of frames)
      expect(frame).toMatchObject({ fin: true, rsv: 0, opcode: opcode.text, masked: false })
  })

  test.for(vectors.binaries)(
    'answers $name with five binary messages',
    async ({ messageHex, repliesHex }) => {
      using peer = await open()
      peer.send({ opcode: opcode.binary, payload: Buffer.from(messageHex, 'hex') })
      const frames = await peer.frames(5)
      expect(frames.map(({ payload }) => payload.toString('hex'))).toEqual(repliesHex)
      for (const frame of frames)
        expect(frame).toMatchObject({ fin: true, rsv: 0, opcode: opcode.binary, masked: false })
    },
  )

  test.for(vectors.refusals)('$section: closes with $code after $name', async ({ sendHex, code }) => {
    using peer = await open()
    peer.write(Buffer.from(sendHex, 'hex'))
    expect((await peer.closeFrame()).code).toBe(code)
    expect(await peer.rest()).toHaveLength(0)
  })

  test('answers messages sent at once in their order, five replies each', async () => {
    using peer = await open()
    const messages = Array.from({ length: 200 }, (_, i) => `message ${i}`)
    peer.send(...messages.map((payload) => ({ payload })))
    const frames = await peer.frames(1000)
    expect(frames.map(({ payload }) => payload.toString())).toEqual(
      messages.flatMap((message) => [1, 2, 3, 4, 5].map((i) => `${i} Сообщение пользователя: ${message}`)),
    )
  })

  test('keeps the replies of many clients apart', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `client ${i}`)
    const answered = await Promise.all(
      names.map(async (name) => {
        using peer = await open()
        peer.send({ payload: name }, { payload: name })
        return (await peer.frames(10)).every(({ payload }) => payload.toString().endsWith(`: ${name}`))
      }),
    )
    expect(answered).toEqual(names.map(() => true))
  })
})

describe('6 UTF-8 (8.1)', () => {
  const text = 'κόσμε 𝔘 €'

  test('joins characters that are split over fragments and packets', async () => {
    using peer = await open()
    const bytes = [...Buffer.from(text)]
    bytes.forEach((byte, i) => {
      peer.send({
        fin: i === bytes.length - 1,
        opcode: i === 0 ? opcode.text : opcode.continuation,
        payload: Uint8Array.of(byte),
      })
    })
    expect((await peer.frame()).payload.toString()).toBe(`1 Сообщение пользователя: ${text}`)
  })

  const valid = [
    '',
    'a',
    '\u0000',
    '\u007f',
    '\u0080',
    '\u07ff',
    '\u0800',
    '\ud7ff',
    '\ue000',
    '\ufffd',
    '\ufffe',
  ]
  test.for([...valid, '\u{10000}', '\u{10ffff}'])('answers %j', async (payload) => {
    using peer = await open()
    peer.send({ payload })
    expect((await peer.frame()).payload.toString()).toBe(`1 Сообщение пользователя: ${payload}`)
  })

  test.for(vectors.invalidUtf8)('closes with 1007 after $name', async ({ hex }) => {
    using peer = await open()
    peer.send({ payload: Buffer.from(hex, 'hex') })
    expect((await peer.closeFrame()).code).toBe(1007)
  })

  test.for(vectors.invalidUtf8)('says why, after $name behind good text', async ({ hex }) => {
    using peer = await open()
    peer.send({ payload: Buffer.concat([Buffer.from('текст '), Buffer.from(hex, 'hex')]) })
    const { code, reason } = await peer.closeFrame()
    expect([code, reason]).toEqual([1007, expect.stringContaining('not UTF-8')])
    expect(await peer.rest()).toHaveLength(0)
  })

  test('closes with 1007 after a bad character over two fragments', async () => {
    using peer = await open()
    peer.send(
      { fin: false, payload: Uint8Array.of(0xed) },
      { opcode: opcode.continuation, payload: Uint8Array.of(0xa0, 0x80) },
    )
    expect((await peer.closeFrame()).code).toBe(1007)
  })
})

describe('7 close (5.5.1, 7.4)', () => {
  test.for([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])(
    'answers a close with the code %i and ends the connection',
    async (code) => {
      using peer = await open()
      peer.send({ opcode: opcode.close, payload: closePayload(code, 'до свидания') })
      expect(await peer.closeFrame()).toEqual({ code, reason: 'до свидания' })
      expect(await peer.rest()).toHaveLength(0)
    },
  )

  test('answers a close without a code with a close without a code', async () => {
    using peer = await open()
    peer.send({ opcode: opcode.close, payload: '' })
    expect(await peer.closeFrame()).toEqual({ code: 1005, reason: '' })
  })

  test('answers a close with a reason of 123 bytes', async () => {
    using peer = await open()
    peer.send({ opcode: opcode.close, payload: closePayload(1000, '*'.repeat(123)) })
    expect((await peer.closeFrame()).reason).toBe('*'.repeat(123))
  })

  test.for([0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535])(
    'closes with 1002 after a close with the code %i',
    async (code) => {
      using peer = await open()
      peer.send({ opcode: opcode.close, payload: closePayload(code) })
      expect((await peer.closeFrame()).code).toBe(1002)
    },
  )

  const faults = [
    { name: 'one byte', payload: Uint8Array.of(3), code: 1002 },
    { name: 'a reason of 124 bytes', payload: closePayload(1000, '*'.repeat(124)), code: 1002 },
    { name: 'a reason that is not UTF-8', payload: closePayload(1000, Uint8Array.of(0xff)), code: 1007 },
  ]
  test.for(faults)('closes with $code after a close of $name', async ({ payload, code }) => {
    using peer = await open()
    peer.send({ opcode: opcode.close, payload })
    expect((await peer.closeFrame()).code).toBe(code)
  })

  const afterClose: { name: string; frame: FrameFields }[] = [
    { name: 'a message', frame: { payload: 'too late' } },
    { name: 'a ping', frame: { opcode: opcode.ping } },
    { name: 'a second close', frame: { opcode: opcode.close, payload: closePayload(1000) } },
    { name: 'a broken frame', frame: { rsv: 7 } },
  ]
  test.for(afterClose)('says nothing to $name after a close', async ({ frame }) => {
    using peer = await open()
    peer.send({ opcode: opcode.close, payload: closePayload(1000) }, frame)
    expect((await peer.closeFrame()).code).toBe(1000)
    expect(await peer.rest()).toHaveLength(0)
  })

  test('answers the messages before a close', async () => {
    using peer = await open()
    peer.send({ payload: 'last' }, { opcode: opcode.close, payload: closePayload(1000) })
    const frames = await peer.frames(6)
    expect(frames.map((frame) => frame.opcode)).toEqual([...Array(5).fill(opcode.text), opcode.close])
  })
})

describe('7.1 ends without a close', () => {
  test('answers what came before the end of the stream (7.1.7)', async () => {
    using peer = await open()
    peer.send({ payload: 'last words' })
    peer.socket.end()
    expect(await peer.frames(5)).toHaveLength(5)
    expect(await peer.rest()).toHaveLength(0)
  })

  test('forgets a client whose connection is reset', async () => {
    const before = await service().metric('lab_connections')
    const peers = await Promise.all(Array.from({ length: 20 }, open))
    expect(await service().metric('lab_connections')).toBe(before + 20)
    for (const peer of peers) {
      peer.send({ payload: 'unread' })
      peer.socket.resetAndDestroy()
    }
    await until(async () => (await service().metric('lab_connections')) === before, 'all are forgotten')
    expect(await service().metric('lab_requests_in_flight')).toBe(0)
  })
})
