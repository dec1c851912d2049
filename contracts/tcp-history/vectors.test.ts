import { expect, test } from 'vitest'
import {
  type Answer,
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  type Frame,
  FrameError,
  FrameParser,
  PlainParser,
  type Request,
} from './index.ts'
import vectors from './vectors.json' with { type: 'json' }

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const utf8 = (text: string) => new TextEncoder().encode(text)

function requestOf(frame: (typeof vectors.requests)[number]['frame']): Request {
  if (frame.type === 'append') return { type: 'append', message: utf8(frame.message ?? '') }
  const from = BigInt(frame.from ?? 0)
  return frame.type === 'read' ? { type: 'read', from, limit: frame.limit ?? 0 } : { type: 'follow', from }
}

function answerOf(frame: (typeof vectors.answers)[number]['frame']): Answer {
  switch (frame.type) {
    case 'appended':
      return { type: 'appended', sequence: BigInt(frame.sequence ?? 0) }
    case 'messages':
      return { type: 'messages', first: BigInt(frame.first ?? 0), messages: (frame.messages ?? []).map(utf8) }
    case 'end':
      return { type: 'end', last: BigInt(frame.last ?? 0) }
    default:
      return { type: 'error', code: frame.code ?? '', text: frame.text ?? '' }
  }
}

test.each(vectors.requests)('request: $name', ({ hex, frame }) => {
  const [parsed, ...others] = new FrameParser().push(bytesOf(hex))
  expect(others).toEqual([])
  expect(parsed && decodeRequest(parsed)).toEqual(requestOf(frame))
  expect(hexOf(encodeRequest(requestOf(frame)))).toBe(hex)
})

test.each(vectors.answers)('answer: $name', ({ hex, frame }) => {
  const [parsed, ...others] = new FrameParser().push(bytesOf(hex))
  expect(others).toEqual([])
  expect(parsed && decodeAnswer(parsed)).toEqual(answerOf(frame))
  expect(hexOf(encodeAnswer(answerOf(frame)))).toBe(hex)
})

test.each(vectors.invalid)('refuses $name', ({ hex, from }) => {
  const decode = (frame: Frame) => (from === 'client' ? decodeRequest(frame) : decodeAnswer(frame))
  expect(() => Array.from(new FrameParser().push(bytesOf(hex)), decode)).toThrow(FrameError)
})

test('a stream stays refused after its first bad length', () => {
  const parser = new FrameParser()
  expect(() => [...parser.push(new Uint8Array(4))]).toThrow(FrameError)
  expect(() => [...parser.push(bytesOf('0000000201ff'))]).toThrow(FrameError)
  expect(parser.heldBytes).toBe(0)
})

test.each(vectors.plain.rows)('plain: $name', ({ reads, then, result }) => {
  const parser = new PlainParser(vectors.plain)
  const results = reads.map((hex) => parser.push(bytesOf(hex)))
  // Whatever the last read brought, no read before it ended the message.
  expect(results.slice(0, -1).every((early) => early === undefined)).toBe(true)
  let last = results.at(-1)
  if (then === 'finish') {
    expect(last).toBeUndefined()
    last = parser.finish()
  }
  if (last?.mode === 'http') expect({ http: true }).toEqual(result)
  else if (last?.mode === 'framed') expect({ framed: hexOf(last.rest) }).toEqual(result)
  else expect(last && { message: hexOf(last.message) }).toEqual(result ?? undefined)
})
