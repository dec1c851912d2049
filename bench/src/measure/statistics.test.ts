import { expect, test } from 'vitest'
import { figure, median, pairedRatio, percentile } from './statistics.ts'

test.each([
  { values: [3], expected: 3 },
  { values: [5, 1, 3], expected: 3 },
  { values: [4, 1, 3, 2], expected: 2.5 },
  { values: [10, 9, 100], expected: 10 },
])('the median of $values is $expected', ({ values, expected }) => {
  expect(median(values)).toBe(expected)
})

test('there is no median and no percentile of nothing', () => {
  expect(() => median([])).toThrow(RangeError)
  expect(() => percentile([], 50)).toThrow(RangeError)
})

test.each([
  { percent: 50, expected: 50 },
  { percent: 95, expected: 95 },
  { percent: 99, expected: 99 },
  { percent: 99.1, expected: 100 },
  { percent: 100, expected: 100 },
  { percent: 0.1, expected: 1 },
])('percentile $percent of 1 to 100 is $expected', ({ percent, expected }) => {
  const values = Float64Array.from({ length: 100 }, (_, i) => 100 - i)
  expect(percentile(values, percent)).toBe(expected)
})

test('a figure has its median, its spread and its rounds in their order', () => {
  expect(figure('op/s', [30, 10, 20])).toEqual({
    unit: 'op/s',
    median: 20,
    min: 10,
    max: 30,
    values: [30, 10, 20],
  })
})

test('ratios are taken round by round before their median', () => {
  // The second round was disturbed: half the speed for both, the same ratio.
  expect(pairedRatio([80, 40, 90], [100, 50, 100])).toMatchObject({ median: 0.8, min: 0.8, max: 0.9 })
})

test('rounds that do not pair up have no ratio', () => {
  expect(() => pairedRatio([1, 2], [1])).toThrow('2 rounds do not pair with 1')
})
