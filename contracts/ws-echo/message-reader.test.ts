import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MessageReader, type MessageReaderOptions, opcodes, WebSocketFault } from './index.ts'
import vectors from './vectors.json' with { type: 'json' }

const limits: MessageReaderOptions = { messageBytesMax: 1_048_576, fragmentsMax: 16_384, compression: false }

interface Frame {
  readonly opcode: number
  readonly payload: Uint8Array
  readonly isFinal?: boolean
  readonly reserved?: number
}

function encode({ opcode, payload, isFinal = true, reserved = 0 }: Frame): Buffer {
  const key = Buffer.from('37fa213d', 'hex')
  const length = Buffer.alloc(payload.length < 126 ? 1 : payload.length < 65_536 ? 3 : 9)
  if (length.length === 1) length.writeUInt8(0x80 | payload.length)
  if (length.length === 3) length.writeUInt16BE(payload.length, length.writeUInt8(0xfe))
  if (length.length === 9) length.writeBigUInt64BE(BigInt(payload.length), length.writeUInt8(0xff))
  const masked = payload.map((byte, i) => byte ^ (key[i % 4] ?? 0))
  return Buffer.concat([Buffer.of((isFinal ? 0x80 : 0) | (reserved << 4) | opcode), length, key, masked])
}

/** Everything that is read of pieces of a stream, up to a fault: payloads in hex. */
function readAll(pieces: readonly Uint8Array[], options: Partial<MessageReaderOptions> = {}): unknown[] {
  const reader = new MessageReader({ ...limits, ...options })
  const all: unknown[] = []
  try {
    for (const piece of pieces) {
      // A copy: the reader owns what it gets.
      reader.push(Uint8Array.from(piece))
      for (let read = reader.next(); read !== undefined; read = reader.next())
        all.push('payload' in read ? { ...read, payload: Buffer.from(read.payload).toString('hex') } : read)
    }
  } catch (error) {
    if (!(error instanceof WebSocketFault)) throw error
    all.push(error.closeCode)
  }
  return all
}

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
}

describe('vectors.json', () => {
  test.for(vectors.refusals)('$section: refuses $name with $code, byte by byte too', ({ sendHex, code }) => {
    const bytes = Buffer.from(sendHex, 'hex')
    expect(readAll([bytes]).at(-1)).toBe(code)
    expect(readAll(Array.from(bytes, (byte) => Uint8Array.of(byte))).at(-1)).toBe(code)
  })

  test.for(vectors.invalidUtf8)(
    '8.1: refuses $name at its first wrong byte, in any piece',
    ({ hex, valid }) => {
      const bytes = Buffer.from(hex, 'hex')
      const header = encode({ opcode: opcodes.text, payload: bytes }).subarray(0, 6)
      const payload = encode({ opcode: opcodes.text, payload: bytes }).subarray(6)
      for (let cut = 0; cut <= valid; cut++) {
        expect(readAll([header, payload.subarray(0, cut), payload.subarray(cut, valid)])).toEqual(
          valid === bytes.length ? [1007] : [],
        )
        expect(readAll([header, payload.subarray(0, cut), payload.subarray(cut, valid + 1)])).toEqual([1007])
      }
    },
  )
})

describe('any split of the bytes gives the same', () => {
  const payload = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 60_000, max: 70_000 }).map((length) => Buffer.alloc(length, 'ы')),
  )
  const frame = fc.record({
    opcode: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(0, 0, 1, 1, 2, 8, 9, 10) },
      fc.integer({ min: 0, max: 15 }),
    ),
    payload,
    isFinal: fc.boolean(),
    reserved: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 7 })),
  })

  test('of frames, good and bad', () => {
    const frames = fc.array(frame, { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(frames, fc.array(fc.nat(), { maxLength: 12 }), fc.boolean(), (sent, cuts, compression) => {
        const bytes = Buffer.concat(sent.map(encode))
        const options = { messageBytesMax: 65_000, compression }
        expect(readAll(split(bytes, cuts), options)).toEqual(readAll([bytes], options))
      }),
    )
  })

  test('of any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(), { maxLength: 8 }), (bytes, cuts) => {
        expect(readAll(split(bytes, cuts))).toEqual(readAll([bytes]))
      }),
    )
  })

  test('a message is what its fragments are together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }),
        fc.array(fc.nat()),
        (texts, cuts) => {
          const bytes = Buffer.concat(texts.map((text) => Buffer.from(text)))
          const fragments = split(bytes, cuts)
          const frames = fragments.map((fragment, i) =>
            encode({
              opcode: i === 0 ? opcodes.text : opcodes.continuation,
              payload: fragment,
              isFinal: i === fragments.length - 1,
            }),
          )
          const hex = bytes.toString('hex')
          expect(readAll(frames)).toEqual([
            { type: 'message', isBinary: false, isCompressed: false, payload: hex },
          ])
        },
      ),
    )
  })
})

test('waits between two messages for whoever asks', () => {
  const reader = new MessageReader(limits)
  const frame = encode({ opcode: opcodes.text, payload: Buffer.from('a') })
  reader.push(Buffer.concat([frame, frame, frame.subarray(0, 3)]))
  expect(reader.next()?.type).toBe('message')
  expect(reader.hasUnread).toBe(true)
  reader.push(Uint8Array.from(frame.subarray(3)))
  expect([reader.next()?.type, reader.next()?.type, reader.next()]).toEqual(['message', 'message', undefined])
  expect(reader.hasUnread).toBe(false)
})

test.for([0, 1, 125, 126, 127, 128, 129, 1000, 65_535, 65_536, 65_537])(
  'takes the mask off %i bytes, wherever they lie',
  (size) => {
    const payload = Uint8Array.from({ length: size }, (_, i) => i % 251)
    const hex = Buffer.from(payload).toString('hex')
    const bytes = encode({ opcode: opcodes.binary, payload })
    for (let offset = 0; offset < 4; offset++) {
      const reader = new MessageReader(limits)
      reader.push(Buffer.concat([Buffer.alloc(offset), bytes]).subarray(offset))
      expect(reader.next()).toMatchObject({ isBinary: true, payload: Buffer.from(hex, 'hex') })
    }
    expect(readAll(split(bytes, [7, 20, 133, 1001]))).toMatchObject([{ payload: hex }])
  },
)

test('knows compressed messages where compression was agreed on', () => {
  const frame = encode({ opcode: opcodes.text, payload: Uint8Array.of(0xff), reserved: 4 })
  expect(readAll([frame], { compression: true })).toMatchObject([{ isCompressed: true, payload: 'ff' }])
  expect(readAll([frame])).toEqual([1002])
  const fragments = [
    encode({ opcode: opcodes.text, payload: Uint8Array.of(0xff), reserved: 4, isFinal: false }),
    encode({ opcode: opcodes.continuation, payload: Uint8Array.of(0xfe), reserved: 4 }),
  ]
  expect(readAll(fragments, { compression: true })).toEqual([1002])
})
