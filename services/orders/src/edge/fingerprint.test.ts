import { expect, test } from 'vitest'
import { fingerprintOf } from './fingerprint.ts'

test.each([
  [
    { a: 1, b: { c: [1, 2], d: null } },
    { b: { d: null, c: [1, 2] }, a: 1 },
  ],
  [[{ a: 1, b: 2 }], [{ b: 2, a: 1 }]],
  ['é', 'é'],
  [1, 1.0],
])('%j is equal to %j', (one, other) => {
  expect(fingerprintOf(one)).toBe(fingerprintOf(other))
})

test.each([
  [{ a: 1 }, { a: '1' }],
  [{ a: 1 }, { a: 1, b: null }],
  [
    [1, 2],
    [2, 1],
  ],
  [[[1], 2], [[1, 2]]],
  [{ a: { b: 1 } }, { a: {}, b: 1 }],
  [{ a: [] }, { a: {} }],
  ['a', ['a']],
  [{ 'a":1,"b': 1 }, { a: 1, b: 1 }],
])('%j is not equal to %j', (one, other) => {
  expect(fingerprintOf(one)).not.toBe(fingerprintOf(other))
})

test('a value that is nested very deep has one', () => {
  const deep = '['.repeat(30_000) + ']'.repeat(30_000)
  expect(fingerprintOf(JSON.parse(deep))).toMatch(/^[\w-]{43}$/)
})
