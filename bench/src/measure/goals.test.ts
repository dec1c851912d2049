import { expect, test } from 'vitest'
import type { Result } from '../scenario.ts'
import { type Goal, judge } from './goals.ts'
import { figure } from './statistics.ts'

const goal = {
  service: 'a-service',
  goal: 'share of the floor',
  scenario: 'a-scenario',
  case: '16',
  figure: 'speed/floor',
}

function result(values: number[], notes: string[] = []): Result {
  const figures = values.length === 0 ? {} : { 'speed/floor': figure('x', values) }
  return {
    scenario: 'a-scenario',
    name: '16',
    protocol: 'WebSocket',
    operation: '',
    parameters: {},
    figures,
    notes,
  }
}

test.each<{ name: string; limits: Partial<Goal>; results: Result[]; outcome: string }>([
  {
    name: 'a median above at least',
    limits: { atLeast: 0.8 },
    results: [result([0.1, 0.9, 0.9])],
    outcome: 'met',
  },
  { name: 'a median at the goal', limits: { atLeast: 0.8 }, results: [result([0.8])], outcome: 'met' },
  {
    name: 'a median under at least',
    limits: { atLeast: 0.8 },
    results: [result([0.7, 0.7, 0.9])],
    outcome: 'short',
  },
  { name: 'a median under at most', limits: { atMost: 2 }, results: [result([1.5])], outcome: 'met' },
  { name: 'a median above at most', limits: { atMost: 2 }, results: [result([2.5])], outcome: 'short' },
  {
    name: 'a case that failed',
    limits: { atMost: 2 },
    results: [result([], ['failed: no'])],
    outcome: 'short',
  },
  {
    name: 'a figure that was skipped',
    limits: { atMost: 2 },
    results: [result([], ['no python3'])],
    outcome: 'unknown',
  },
  { name: 'a case that was not run', limits: { atMost: 2 }, results: [], outcome: 'unknown' },
])('$name is $outcome', ({ limits, results, outcome }) => {
  expect(judge([{ ...goal, ...limits }], results)[0]?.outcome).toBe(outcome)
})

test('how far a figure got counts the same in both directions', () => {
  const [atLeast, atMost] = judge(
    [
      { ...goal, atLeast: 2 },
      { ...goal, atMost: 0.5 },
    ],
    [result([1])],
  )
  expect(atLeast?.reached).toBe(0.5)
  expect(atMost?.reached).toBe(0.5)
})
