import { expect, test } from 'vitest'
import { readWait } from './prefer.ts'

test.each([
  [undefined, undefined],
  ['', undefined],
  ['wait=5', 5],
  ['WAIT = 5', 5],
  ['wait="30"', 30],
  ['respond-async, wait=10', 10],
  ['respond-async; foo="a, wait=3", wait=7;x', 7],
  ['wait=5, wait=9', 5],
  ['wait=31, wait=9', undefined],
  ['wait=0', undefined],
  ['wait', undefined],
  ['wait=1.5', undefined],
  ['wait=-1', undefined],
  ['await=5', undefined],
])('of "%s" it reads %s', (header, seconds) => {
  expect(readWait(header)).toBe(seconds)
})
