import { expect, test } from 'vitest'
import { encodeStatusMessage, isGrpc, readCallHeaders } from './headers.ts'

test.each([
  ['1H', 3_600_000],
  ['2M', 120_000],
  ['3S', 3_000],
  ['4m', 4],
  ['5u', 0.005],
  ['6n', 0.000006],
  ['99999999S', 99_999_999_000],
])('grpc-timeout %s is %d ms', (header, timeoutMs) => {
  const read = readCallHeaders({ 'grpc-timeout': header })
  expect(read.timeoutMs).toBeCloseTo(timeoutMs, 9)
  expect(read.fault).toBeUndefined()
})

test.each(['', 'S', '1', '1 S', '-1S', '1.5S', '123456789S', '1s'])(
  'grpc-timeout "%s" is a fault',
  (header) => {
    expect(readCallHeaders({ 'grpc-timeout': header }).fault?.code).toBe('invalid_argument')
  },
)

test.each([
  ['plain text ~', 'plain text ~'],
  ['100%', '100%25'],
  ['é\n', '%C3%A9%0A'],
  ['😈', '%F0%9F%98%88'],
])('status message %j goes as %s', (text, encoded) => {
  expect(encodeStatusMessage(text)).toBe(encoded)
  expect(decodeURIComponent(encoded)).toBe(text)
})

test.each([
  ['application/grpc', true],
  ['application/grpc+proto', true],
  ['application/grpc;charset=utf-8', true],
  ['application/grpc+json', false],
  ['application/grpc-web', false],
  [undefined, false],
])('content type %s is gRPC: %s', (contentType, expected) => {
  expect(isGrpc(contentType)).toBe(expected)
})
