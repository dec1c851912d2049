import { describe, expect, test } from 'vitest'
import { ReceivedFrames } from './received-frames.ts'

const bytesMax = 100
const lengths = [0, 1, bytesMax, 0, 7]
const wire = Buffer.concat(lengths.map((length, i) => frame(length, i % 2)))

function frame(length: number, flag: number): Buffer {
  return Buffer.concat([Buffer.from([flag, 0, 0, 0, length]), Buffer.alloc(length, 'x')])
}

describe('ReceivedFrames', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 64, 1_000])('sees the same messages in chunks of %i bytes', (size) => {
    const frames = new ReceivedFrames()
    for (let i = 0; i < wire.length; i += size)
      expect(frames.push(wire.subarray(i, i + size), bytesMax)).toBe(true)
    expect(frames.isPart).toBe(false)
    expect(lengths.map((length) => frames.take(length))).toEqual([0, 1, 0, 1, 0])
    expect(frames.cost).toBe(0)
  })

  test.each([1, 4, 5, 6, 10])('knows that %i bytes of a longer message are a part', (size) => {
    const frames = new ReceivedFrames()
    frames.push(frame(50, 0).subarray(0, size), bytesMax)
    expect(frames.isPart).toBe(true)
  })

  test('refuses a length above the limit before the message is there', () => {
    expect(new ReceivedFrames().push(Buffer.from([0, 0, 0, 0, bytesMax + 1]), bytesMax)).toBe(false)
  })

  test('counts a message in one-byte chunks as what the chunks cost', () => {
    const frames = new ReceivedFrames()
    for (const byte of frame(50, 0).subarray(0, -1)) frames.push(Buffer.from([byte]), bytesMax)
    expect(frames.cost).toBeGreaterThanOrEqual(54 * 512)
  })

  test('counts small messages that wait as what they cost, not as their bytes', () => {
    const frames = new ReceivedFrames()
    frames.push(Buffer.alloc(5 * 1_000), bytesMax)
    expect(frames.cost).toBeGreaterThanOrEqual(1_000 * 512)
    for (let i = 0; i < 1_000; i++) frames.take(0)
    expect(frames.cost).toBe(0)
  })
})
