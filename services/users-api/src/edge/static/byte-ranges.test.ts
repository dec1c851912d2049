import { expect, test } from 'vitest'
import { parseRanges } from './byte-ranges.ts'

const ranges = (...pairs: readonly (readonly [number, number])[]) => ({
  kind: 'ranges',
  ranges: pairs.map(([start, end]) => ({ start, end })),
})

test.each([
  ['bytes=0-4', ranges([0, 5])],
  ['bytes=5-', ranges([5, 12])],
  ['bytes=-3', ranges([9, 12])],
  ['bytes=-100', ranges([0, 12])],
  ['bytes=0-100', ranges([0, 12])],
  ['bytes=4-5,0-1', ranges([0, 2], [4, 6])],
  ['bytes=0-3,2-5', ranges([0, 6])],
  ['bytes=x,0-1', ranges([0, 2])],
  ['bytes=12-', { kind: 'unsatisfiable' }],
  ['bytes=-0', { kind: 'unsatisfiable' }],
  ['bytes=5-2', { kind: 'malformed', reason: 'Range header: start must be less than end' }],
  ['bytes=', { kind: 'malformed', reason: 'Range header: range must be requested' }],
  ['lines=0-1', { kind: 'malformed', reason: 'Only support bytes range' }],
  ['bytes', { kind: 'malformed', reason: 'Malformed range header.' }],
])('of 12 bytes: %s', (header, expected) => {
  expect(parseRanges(header, 12)).toEqual(expected)
})
