// Cases are named after the groups of the Autobahn test suite and the sections of RFC 6455.
import { describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { encodeFrame, type FrameFields, handshake, opcode, RawPeer } from './raw-peer.ts'

const lab = useLab(['ws-echo'])
const open = async () => RawPeer.open(await lab.service('ws-echo').address())

const prefixBytes = 47
const messageBytesMax = 1_048_576

/** The messages that come back, prefixes cut off. */
async function echoed(peer: RawPeer): Promise<Buffer[]> {
  const frames = await peer.frames(5)
  return frames.map(({ payload }) => payload.subarray(prefixBytes))
}

async function expectClose(peer: RawPeer, code: number): Promise<void> {
  expect((await peer.closeFrame()).code).toBe(code)
  expect(await peer.rest()).toHaveLength(0)
}

describe('1 framing (5.2)', () => {
  const sizes = [0, 1, 78, 79, 125, 126, 127, 128, 65_488, 65_489, 65_535, 65_536]
  const kinds = [
    { kind: 'text', code: opcode.text },
    { kind: 'binary', code: opcode.binary },
  ]
  test.for(kinds.flatMap((kind) => sizes.map((size) => ({ ...kind, size }))))(
    'answers $kind of $size bytes',
    async ({ code, size }) => {
      using peer = await open()
      const payload = Buffer.alloc(size, '*')
      peer.send({ opcode: code, payload })
      for (const message of await echoed(peer)) expect(message.equals(payload)).toBe(true)
    },
  )

  test('answers a frame that comes byte by byte', async () => {
    using peer = await open()
    for (const byte of encodeFrame({ payload: 'in small pieces' })) peer.write(Uint8Array.of(byte))
    expect((await echoed(peer)).map(String)).toEqual(Array(5).fill('in small pieces'))
  })

  test('answers a message whose bytes come with the handshake', async () => {
    using peer = await RawPeer.connect(await lab.service('ws-echo').address())
    peer.write(Buffer.concat([Buffer.from(handshake()), encodeFrame({ payload: 'early' })]))
    expect((await peer.head()).status).toBe(101)
    expect((await echoed(peer)).map(String)).toEqual(Array(5).fill('early'))
  })
})

describe('2 pings (5.5.2, 5.5.3)', () => {
  const payloads = [
    { name: 'no payload', payload: Buffer.alloc(0) },
    { name: 'text', payload: Buffer.from('are you there') },
    { name: 'bytes that are no UTF-8', payload: Buffer.from('00fffefdfcfb00ff', 'hex') },
    { name: '125 bytes', payload: Buffer.alloc(125, 0xfe) },
  ]
  test.for(payloads)('answers a ping of $name with the same pong', async ({ payload }) => {
    using peer = await open()
    peer.send({ opcode: opcode.ping, payload })
    const pong = await peer.frame()
    expect(pong).toMatchObject({ fin: true, opcode: opcode.pong })
    expect(pong.payload.equals(payload)).toBe(true)
  })

  test('says nothing to a pong that it did not ask for', async () => {
    using peer = await open()
    peer.send({ opcode: opcode.pong, payload: 'unsolicited' }, { opcode: opcode.ping, payload: 'ping' })
    expect((await peer.frame()).payload.toString()).toBe('ping')
  })

  test('answers a flood of 20,000 pings, each in its order', async () => {
    using peer = await open()
    const payloads = Array.from({ length: 20_000 }, (_, i) => String(i))
    peer.send(...payloads.map((payload) => ({ opcode: opcode.ping, payload })))
    const pongs = await peer.frames(payloads.length)
    expect(pongs.map(({ payload }) => payload.toString())).toEqual(payloads)
  })
})

describe('3 reserved bits (5.2)', () => {
  test.for([1, 2, 3, 4, 5, 6, 7])(
    'answers the message before a frame with the bits %i, then closes with 1002',
    async (rsv) => {
      using peer = await open()
      peer.send({ payload: 'good' }, { rsv, payload: 'bad' }, { opcode: opcode.ping })
      expect((await echoed(peer)).map(String)).toEqual(Array(5).fill('good'))
      await expectClose(peer, 1002)
    },
  )
  test.for([opcode.ping, opcode.pong, opcode.close])(
    'closes with 1002 after a control frame with a reserved bit (opcode %i)',
    async (code) => {
      using peer = await open()
      peer.send({ opcode: code, rsv: 4, payload: '' })
      await expectClose(peer, 1002)
    },
  )
})

describe('4 opcodes (5.2)', () => {
  test.for([3, 4, 5, 6, 7, 11, 12, 13, 14, 15])(
    'closes with 1002 after the reserved opcode %i',
    async (code) => {
      using peer = await open()
      peer.send({ payload: 'good' }, { opcode: code })
      expect((await echoed(peer)).map(String)).toEqual(Array(5).fill('good'))
      await expectClose(peer, 1002)
    },
  )
})

describe('5 fragmentation (5.4)', () => {
  const inTwo: FrameFields[] = [
    { fin: false, payload: 'first, ' },
    { opcode: opcode.continuation, payload: 'second' },
  ]

  test('joins two fragments', async () => {
    using peer = await open()
    peer.send(...inTwo)
    expect((await echoed(peer)).map(String)).toEqual(Array(5).fill('first, second'))
  })

  test('joins fragments of nothing', async () => {
    using peer = await open()
    peer.send(
      { fin: false, payload: '' },
      { fin: false, opcode: opcode.continuation, payload: '' },
      { opcode: opcode.continuation, payload: '' },
    )
    expect((await echoed(peer)).map(String)).toEqual(Array(5).fill(''))
  })

  test('answers pings between fragments before the message', async () => {
    using peer = await open()
    const [first = {}, second = {}] = inTwo
    peer.send(first, { opcode: opcode.ping, payload: 'between' }, { opcode: opcode.pong }, second)
    expect(await peer.frame()).toMatchObject({ opcode: opcode.pong, payload: Buffer.from('between') })
    expect((await echoed(peer)).map(String)).toEqual(Array(5).fill('first, second'))
  })

  test('answers one message in fragments after another', async () => {
    using peer = await open()
    peer.send(...inTwo, ...inTwo)
    expect((await echoed(peer)).map(String)).toEqual(Array(5).fill('first, second'))
    expect((await echoed(peer)).map(String)).toEqual(Array(5).fill('first, second'))
  })

  const faults: { name: string; frames: FrameFields[] }[] = [
    { name: 'a ping in fragments', frames: [{ fin: false, opcode: opcode.ping }] },
    { name: 'a pong in fragments', frames: [{ fin: false, opcode: opcode.pong }] },
    { name: 'a close in fragments', frames: [{ fin: false, opcode: opcode.close, payload: '' }] },
    { name: 'a final continuation of nothing', frames: [{ opcode: opcode.continuation }] },
    { name: 'an open continuation of nothing', frames: [{ fin: false, opcode: opcode.continuation }] },
    { name: 'a continuation after a whole message', frames: [{}, { opcode: opcode.continuation }] },
    { name: 'a text inside of a text', frames: [{ fin: false }, {}] },
    { name: 'a binary inside of a text', frames: [{ fin: false }, { opcode: opcode.binary }] },
  ]
  test.for(faults)('closes with 1002 after $name', async ({ frames }) => {
    using peer = await open()
    peer.send(...frames)
    await expectClose(peer, 1002)
  })
})

describe('9 limits', () => {
  test('answers a message of MESSAGE_BYTES_MAX bytes', async () => {
    using peer = await open()
    const payload = Buffer.alloc(messageBytesMax, '*')
    peer.send({ opcode: opcode.binary, payload })
    for (const message of await echoed(peer)) expect(message.equals(payload)).toBe(true)
  })

  const tooLong: { name: string; frames: FrameFields[] }[] = [
    { name: 'a message of one byte more', frames: [{ payload: Buffer.alloc(messageBytesMax + 1, '*') }] },
    {
      name: 'a header that tells of one byte more',
      frames: [{ claimedLength: BigInt(messageBytesMax + 1) }],
    },
    { name: 'a header that tells of 2^53 bytes', frames: [{ claimedLength: 2n ** 53n }] },
    { name: 'a length with its first bit set', frames: [{ claimedLength: 2n ** 63n }] },
    {
      name: 'fragments that are one byte more together',
      frames: [
        { fin: false, payload: Buffer.alloc(messageBytesMax, '*') },
        { opcode: opcode.continuation, payload: '*' },
      ],
    },
  ]
  test.for(tooLong)('closes with 1009 after $name', async ({ frames }) => {
    using peer = await open()
    peer.send(...frames)
    await expectClose(peer, 1009)
  })

  test('closes with 1008 after more than 16,384 fragments', async () => {
    using peer = await open()
    const more = { fin: false, opcode: opcode.continuation, payload: '' }
    peer.send({ fin: false, payload: '' }, ...Array<FrameFields>(16_384).fill(more))
    await expectClose(peer, 1008)
  })

  test('answers a message in 16,384 fragments', async () => {
    using peer = await open()
    const more = { fin: false, opcode: opcode.continuation, payload: '+' }
    peer.send({ fin: false, payload: '+' }, ...Array<FrameFields>(16_382).fill(more), { ...more, fin: true })
    expect((await echoed(peer))[4]?.length).toBe(16_384)
  })
})

describe('10 misc: automatic fragmentation (5.4) and masking (5.1, 5.3)', () => {
  test('answers 65,536 bytes in fragments of 1,300', async () => {
    using peer = await open()
    const payload = Buffer.from('*'.repeat(65_536))
    const starts = Array.from({ length: Math.ceil(payload.length / 1_300) }, (_, i) => i * 1_300)
    peer.send(
      ...starts.map((start, i) => ({
        fin: i === starts.length - 1,
        opcode: i === 0 ? opcode.text : opcode.continuation,
        payload: payload.subarray(start, start + 1_300),
      })),
    )
    for (const message of await echoed(peer)) expect(message.equals(payload)).toBe(true)
  })

  test.for([opcode.text, opcode.binary, opcode.ping, opcode.close])(
    'closes with 1002 after an unmasked frame (opcode %i)',
    async (code) => {
      using peer = await open()
      peer.send({ opcode: code, masked: false, payload: '' })
      await expectClose(peer, 1002)
    },
  )
})
