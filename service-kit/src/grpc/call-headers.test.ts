import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decompress, readEncoding, readRequestId, readTimeout } from './call-headers.ts'

test.each([
  [undefined, Number.POSITIVE_INFINITY],
  ['2H', 7_200_000],
  ['3M', 180_000],
  ['99999999S', 99_999_999_000],
  ['50m', 50],
  ['500u', 0.5],
  ['1n', 0.000001],
])('reads the timeout %s', (header, timeoutMs) => {
  expect(readTimeout({ 'grpc-timeout': header })).toBeCloseTo(timeoutMs)
})

test.each([
  ['', 'invalid_argument'],
  ['1', 'invalid_argument'],
  ['-1S', 'invalid_argument'],
  ['1 S', 'invalid_argument'],
  ['123456789S', 'invalid_argument'],
  ['0S', 'deadline_exceeded'],
])('refuses the timeout "%s"', (header, code) => {
  expect(() => readTimeout({ 'grpc-timeout': header })).toThrow(expect.objectContaining({ code }))
})

test.each(['a', 'x'.repeat(128), '!~'])('keeps the request id %s', (id) => {
  expect(readRequestId(id)).toBe(id)
})

test.each([undefined, '', 'x'.repeat(129), 'a b', 'é', 'a\n'])('makes one up for %j', (id) => {
  expect(readRequestId(id)).toMatch(/^[0-9a-f-]{36}$/)
})

const zipped = gzipSync(Buffer.alloc(101))
test.each([
  ['more than the limit', zipped, 1, 'gzip', 'resource_exhausted'],
  ['no gzip', Buffer.from('text'), 1, 'gzip', 'invalid_argument'],
  ['half of it', zipped.subarray(0, 10), 1, 'gzip', 'invalid_argument'],
  ['gzip as deflate', zipped, 1, 'deflate', 'invalid_argument'],
  ['a compressed message without an encoding', zipped, 1, 'identity', 'internal'],
  ['a flag that there is not', Buffer.from('text'), 2, 'gzip', 'invalid_argument'],
])('refuses %s', (_, message, flag, encoding, code) => {
  expect(() => decompress(message, flag, encoding, 100)).toThrow(expect.objectContaining({ code }))
})

test.each(['snappy', 'constructor', 'gzip, identity'])('refuses the encoding %s', (encoding) => {
  expect(() => readEncoding({ 'grpc-encoding': encoding })).toThrow(
    expect.objectContaining({ code: 'unimplemented' }),
  )
})
