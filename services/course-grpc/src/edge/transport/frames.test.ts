import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decompress, encodeFrame, encodeGzipFrame, type Frame, FrameDecoder } from './frames.ts'

const bytesMax = 100
const messages = ['', 'a', 'b'.repeat(bytesMax), '', 'c'.repeat(7)].map((text) => Buffer.from(text))
const wire = Buffer.concat(messages.map((message) => encodeFrame(message)))

/** The frames that these bytes complete. */
function push(decoder: FrameDecoder, bytes: Buffer): Frame[] {
  const frames: Frame[] = []
  decoder.push(bytes)
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) frames.push(frame)
  return frames
}

function decodeInChunksOf(size: number): Frame[] {
  const decoder = new FrameDecoder(bytesMax)
  const frames: Frame[] = []
  for (let i = 0; i < wire.length; i += size) frames.push(...push(decoder, wire.subarray(i, i + size)))
  expect(decoder.heldBytes).toBe(0)
  return frames
}

describe('FrameDecoder', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 64, 1_000])('gives the same frames in chunks of %i bytes', (size) => {
    expect(decodeInChunksOf(size)).toEqual(messages.map((payload) => ({ compressed: false, payload })))
  })

  test.each([1, 4, 5, 6, 10])('knows that %i bytes of a longer frame are a part', (size) => {
    const decoder = new FrameDecoder(bytesMax)
    expect(push(decoder, encodeFrame(Buffer.alloc(50)).subarray(0, size))).toEqual([])
    expect(decoder.heldBytes).toBeGreaterThan(0)
  })

  test('refuses a length above the limit before the message is there', () => {
    const tooLong = Buffer.from([0, 0, 0, 0, bytesMax + 1])
    expect(() => push(new FrameDecoder(bytesMax), tooLong)).toThrow(
      expect.objectContaining({ code: 'resource_exhausted' }),
    )
  })

  test('refuses a flag that is neither 0 nor 1', () => {
    const flagged = Buffer.from([2, 0, 0, 0, 0])
    expect(() => push(new FrameDecoder(bytesMax), flagged)).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
  })
})

describe('gzip', () => {
  test('gives back what was compressed', async () => {
    const [frame] = push(new FrameDecoder(bytesMax), await encodeGzipFrame(Buffer.from('text')))
    expect(frame?.compressed).toBe(true)
    expect(await decompress(frame?.payload ?? Buffer.alloc(0), bytesMax)).toEqual(Buffer.from('text'))
  })

  test.each([
    ['more than the limit', gzipSync(Buffer.alloc(bytesMax + 1)), 'resource_exhausted'],
    ['no gzip', Buffer.from('text'), 'invalid_argument'],
    ['half of it', gzipSync(Buffer.from('text')).subarray(0, 10), 'invalid_argument'],
  ])('refuses %s', async (_, payload, code) => {
    await expect(decompress(payload, bytesMax)).rejects.toMatchObject({ code })
  })
})
