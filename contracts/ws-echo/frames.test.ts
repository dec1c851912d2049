import { expect, test } from 'vitest'
import { encodeFrames, fin, opcodes } from './frames.ts'

test.for([
  { size: 0, header: '8100' },
  { size: 125, header: '817d' },
  { size: 126, header: '817e007e' },
  { size: 65_535, header: '817effff' },
  { size: 65_536, header: '817f0000000000010000' },
])('tells a length of $size in the shortest form', ({ size, header }) => {
  const payload = Buffer.alloc(size, '*')
  const frame = encodeFrames(fin | opcodes.text, [[payload]])
  expect(Buffer.from(frame).toString('hex')).toBe(header + payload.toString('hex'))
})

test('joins the parts of a payload, and all frames to one buffer', () => {
  const parts = [Buffer.from('ab'), Buffer.from(''), Buffer.from('c')]
  expect(Buffer.from(encodeFrames(fin | opcodes.binary, [parts, [Buffer.from('d')]])).toString('hex')).toBe(
    '8203616263' + '820164',
  )
})

test('makes nothing of no payloads', () => {
  expect(encodeFrames(fin | opcodes.text, [])).toHaveLength(0)
})
