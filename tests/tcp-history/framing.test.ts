import {
  type Answer,
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  FrameError,
  FrameParser,
  PlainParser,
  type PlainResult,
  preface,
  type Request,
} from '@polyservice-lab/contracts/tcp-history'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const bytes = (max: number) => fc.uint8Array({ maxLength: max })
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const uint32 = fc.nat(2 ** 32 - 1)

const requests: fc.Arbitrary<Request> = fc.oneof(
  bytes(60).map((message) => ({ type: 'append' as const, message })),
  fc.record({ type: fc.constant('read' as const), from: uint64, limit: uint32 }),
  fc.record({ type: fc.constant('follow' as const), from: uint64 }),
)

const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const answers: fc.Arbitrary<Answer> = fc.oneof(
  uint64.map((sequence) => ({ type: 'appended' as const, sequence })),
  fc.record({
    type: fc.constant('messages' as const),
    first: uint64,
    messages: fc.array(bytes(20), { maxLength: 5 }),
  }),
  uint64.map((last) => ({ type: 'end' as const, last })),
  fc.record({ type: fc.constant('error' as const), code: text, text }),
)

/** Some bytes, and the places at which they are cut into pieces. */
function split(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length]
  return places.slice(1).map((end, i) => stream.slice(places[i], end))
}

const cuts = fc.array(fc.nat(10_000), { maxLength: 12 })
const singly = (stream: Uint8Array) => Array.from(stream, (byte) => Uint8Array.of(byte))

const concat = (parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

/** The payloads are copied, because a view is valid until the next push only. */
function parse(pieces: readonly Uint8Array[], parser = new FrameParser()) {
  return pieces.flatMap((piece) =>
    Array.from(parser.push(piece), ({ type, payload }) => ({ type, payload: new Uint8Array(payload) })),
  )
}

describe('frames', () => {
  test('every split of a stream of requests gives the same requests', () => {
    fc.assert(
      fc.property(fc.array(requests, { maxLength: 8 }), cuts, (sent, at) => {
        const stream = concat(sent.map(encodeRequest))
        expect(parse(split(stream, at)).map(decodeRequest)).toEqual(sent)
        expect(parse(singly(stream)).map(decodeRequest)).toEqual(sent)
      }),
    )
  })

  test('every split of a stream of answers gives the same answers', () => {
    fc.assert(
      fc.property(fc.array(answers, { maxLength: 8 }), cuts, (sent, at) => {
        const stream = concat(sent.map(encodeAnswer))
        expect(parse(split(stream, at)).map(decodeAnswer)).toEqual(sent)
      }),
    )
  })

  test('no bytes make it throw anything but its own error, or hold more than one frame', () => {
    const frameBytesMax = 64
    const nearFrames = fc
      .tuple(fc.nat(frameBytesMax + 2), fc.constantFrom(0x01, 0x02, 0x03, 0x81, 0x82, 0x83, 0xff), bytes(80))
      .map(([length, type, rest]) => Uint8Array.of(0, 0, 0, length, type, ...rest))
    fc.assert(
      fc.property(fc.array(fc.oneof(nearFrames, bytes(200)), { maxLength: 6 }), cuts, (streams, at) => {
        const parser = new FrameParser({ frameBytesMax })
        for (const piece of split(concat(streams), at)) {
          try {
            for (const frame of parser.push(piece))
              for (const decode of [decodeRequest, decodeAnswer])
                try {
                  decode(frame)
                } catch (error) {
                  expect(error).toBeInstanceOf(FrameError)
                }
          } catch (error) {
            expect(error).toBeInstanceOf(FrameError)
          }
          expect(parser.heldBytes).toBeLessThan(4 + frameBytesMax)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('plain messages', () => {
  const messageBytesMax = 100

  test('every split of a long line gives the same message', () => {
    const line = fc
      .uint8Array({ minLength: 1100, maxLength: 3000 })
      .map((message) => message.filter((b) => b !== 0x0a))
    fc.assert(
      fc.property(line, fc.constantFrom('\n', '\r\n'), cuts, (message, delimiter, at) => {
        fc.pre(message.length >= 1024 && message.at(-1) !== 0x0d)
        const parser = new PlainParser({ messageBytesMax: 3000 })
        // The first read is long enough not to be taken for the whole message.
        const stream = concat([message, Buffer.from(delimiter)])
        const pieces = [stream.subarray(0, 1024), ...split(stream.subarray(1024), at)].filter(
          (p) => p.length > 0,
        )
        const results = pieces.map((piece) => parser.push(piece))
        expect(results.slice(0, -1).every((result) => result === undefined)).toBe(true)
        expect(results.at(-1)).toEqual({ mode: 'plain', message: new Uint8Array(message) })
      }),
    )
  })

  test('every split of the preface begins framed mode with the bytes after it', () => {
    fc.assert(
      fc.property(bytes(50), cuts, (rest, at) => {
        const parser = new PlainParser({ messageBytesMax })
        const pieces = split(concat([preface, rest]), at).filter((piece) => piece.length > 0)
        const received: Uint8Array[] = []
        let isFramed = false
        for (const piece of pieces) {
          const result: PlainResult | undefined = isFramed ? undefined : parser.push(piece)
          if (result?.mode === 'framed') received.push(result.rest)
          else if (isFramed) received.push(piece)
          isFramed ||= result?.mode === 'framed'
        }
        expect(isFramed).toBe(true)
        expect(Buffer.concat(received)).toEqual(Buffer.from(rest))
      }),
    )
  })

  test('no bytes make it throw, or hold more than a message and its delimiter', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 1500 }), { maxLength: 8 }), (reads) => {
        const parser = new PlainParser({ messageBytesMax })
        for (const read of reads) {
          if (parser.push(read) !== undefined) break
          expect(parser.heldBytes).toBeLessThanOrEqual(messageBytesMax + 1)
        }
      }),
    )
  })
})
